"""Putting many customers into a group: one statement, one change set, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from customers.models import Customer, CustomerGroup
from customers.refusals import refusals
from customers.services.several import customers_assign
from foundation.changes.history.restore import undoing
from foundation.changes.models import Change
from foundation.changes.recording import current_set


@dataclass(frozen=True)
class Assigned:
    """How many customers changed their group, and the change set that says so."""

    changed: int
    change_set: int | None


@dataclass(frozen=True)
class Assignment:
    """A former assignment: how many customers it changed, and those that are as it left them."""

    group: CustomerGroup
    change_set: int
    number: int
    customers: QuerySet[Customer]


@transaction.atomic
def group_assign(*, group: CustomerGroup, customers: QuerySet[Customer]) -> Assigned:
    """Put customers into a group."""
    changed = customers_assign(customers=list(customers.only("pk")), field="group", value=group)
    return Assigned(changed, current_set() if changed else None)


def group_assignment(*, group: CustomerGroup, change_set: int) -> Assignment | None:
    """What a change set put into this group; None where it put nobody there."""
    made = _changes_of_group().filter(set=change_set)
    later = _changes_of_group().filter(key=OuterRef("key"), pk__gt=OuterRef("pk"))
    there = Customer.objects.filter(group=group, pk__in=made.exclude(Exists(later)).values("key"))
    number = made.count()
    return Assignment(group, change_set, number, there) if number and there.exists() else None


@transaction.atomic
def group_take_back(*, assignment: Assignment, customers: QuerySet[Customer]) -> int:
    """Give customers the groups they had before it; return how many. A group that is gone since leaves them without."""
    former = Cast(KeyTextTransform("group_id", "before"), BigIntegerField())
    there = Exists(CustomerGroup.objects.filter(pk=OuterRef("former")))
    had = _changes_of_group().filter(set=assignment.change_set, key=OuterRef("pk")).annotate(former=former)
    keys = list(customers.values_list("pk", flat=True))
    with undoing(f"Assignment #{assignment.change_set}"), refusals():
        return Customer.objects.filter(pk__in=keys, group=assignment.group).update(
            group=Subquery(had.filter(Q(former=None) | there).values("former")[:1])
        )


def _changes_of_group() -> QuerySet[Change]:
    table = Customer._meta.db_table
    rows = Change.objects.filter(table=table, operation=Change.Operation.UPDATE, before__has_key="group_id")
    return rows.order_by()
