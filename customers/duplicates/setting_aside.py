"""“These are two companies”: remembered, and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.duplicates.finding import LARGEST, regroup
from customers.models import Customer, NotDuplicate


@transaction.atomic
def duplicates_set_aside(*, customers: Sequence[Customer]) -> int:
    """Remember that each two of these customers are two companies; return how many pairs are new."""
    keys = sorted({customer.pk for customer in customers})
    if not 2 <= len(keys) <= LARGEST:
        raise ValidationError(_("Choose two to %d customers.") % LARGEST)
    before = NotDuplicate.objects.count()
    pairs = [NotDuplicate(first_id=low, second_id=high) for low, high in combinations(keys, 2)]
    NotDuplicate.objects.bulk_create(pairs, ignore_conflicts=True)
    regroup(keys)
    return NotDuplicate.objects.count() - before


def duplicates_take_back(*, pair: NotDuplicate) -> None:
    """Propose two customers again: at once on their pages, in the work list after the next look."""
    pair.delete()
