"""What is done with several customers at once: one statement each, held by the rules of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from customers.models import Customer
from customers.refusals import refusals
from customers.services.saving import lock_forest


@transaction.atomic
def customers_assign(*, customers: Sequence[Customer], field: str, value: Any) -> int:
    """Give one field of all these customers the same value; return how many had another one."""
    rows = Customer.objects.filter(pk__in=[customer.pk for customer in customers])
    if field == "parent":
        lock_forest()
    with refusals():
        return rows.exclude(**{field: value}).update(**{field: value})


def customers_delete(*, customers: Sequence[Customer]) -> int:
    """Delete customers that nothing refers to, with their addresses and notes; return how many there were."""
    with refusals():
        _total, per_model = Customer.objects.filter(pk__in=[customer.pk for customer in customers]).delete()
    return per_model.get(Customer._meta.label, 0)
