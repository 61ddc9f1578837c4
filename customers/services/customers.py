"""Customers: create, change, move, delete; their rep ids, price lists and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import PriceList
from customers.models import Customer, CustomerGroup, CustomerPriceList, GroupPriceList, Note, SystemPriceList
from customers.refusals import CHILD_IS_ABOVE, OWN_PARENT, refusals
from customers.selectors import customer_delete_reasons
from customers.services.saving import lock_forest, saved
from customers.vies.asking import vat_check_after
from foundation.identity.models import User


@transaction.atomic
def customer_create(**values: Any) -> Customer:
    """Make a customer; without an account it gets one."""
    customer = saved(Customer(), values)
    vat_check_after(customer=customer, former="", by=None)
    return customer


@transaction.atomic
def customer_update(*, customer: Customer, **changes: Any) -> Customer:
    """Change fields of a customer."""
    if changes.get("parent"):
        lock_forest()
    former = customer.vat_id
    saved(customer, changes)
    vat_check_after(customer=customer, former=former, by=None)
    return customer


def customer_move(*, customer: Customer, parent: Customer | None) -> Customer:
    """Hang a customer, with everybody below it, below another one or at the top."""
    return customer_update(customer=customer, parent=parent)


@transaction.atomic
def customer_take_children(*, customer: Customer, children: Sequence[Customer]) -> None:
    """Make these customers subsidiaries of a customer."""
    lock_forest()
    above = set(Customer.objects.ancestors_of(customer).values_list("pk", flat=True))
    for child in children:
        names = {"name": customer.name, "child": child.name}
        if child.pk == customer.pk:
            raise ValidationError({"children": _(OWN_PARENT) % names})
        if child.pk in above:
            raise ValidationError({"children": _(CHILD_IS_ABOVE) % names})
        child.parent = customer
    with refusals():
        Customer.objects.bulk_update(children, ["parent"])


def customer_delete(*, customer: Customer) -> None:
    """Delete a customer nothing refers to; addresses, notes and price lists go along, children move to the top."""
    if reasons := customer_delete_reasons(customer):
        raise ValidationError(
            _("“%(name)s” has associations to other entities: %(reasons)s.")
            % {"name": customer, "reasons": ", ".join(reasons)},
            code="has_associations",
        )
    with refusals():
        customer.delete()


def rep_ids_deliver(*, customer: Customer, rep_ids: Sequence[str]) -> Customer:
    """Take over the rep ids of the back office; what somebody set by hand stays in force."""
    return saved(customer, {"rep_ids": list(rep_ids)})


def rep_ids_set_by_hand(*, customer: Customer, rep_ids: Sequence[str] | None) -> Customer:
    """Overrule the back office's rep ids (an empty list: nobody); None gives them back their force."""
    return saved(customer, {"rep_ids_override": None if rep_ids is None else list(rep_ids)})


@transaction.atomic
def price_lists_set(*, holder: Customer | CustomerGroup, price_lists: Sequence[tuple[PriceList, bool]]) -> None:
    """Give a customer or a group exactly these price lists, in this order, each with its merge flag."""
    model: Any = CustomerPriceList if isinstance(holder, Customer) else GroupPriceList
    name = "customer" if isinstance(holder, Customer) else "group"
    rows = [
        model(price_list=price_list, position=position, merge_allowed=merge, **{name: holder})
        for position, (price_list, merge) in enumerate(price_lists, start=1)
    ]
    with refusals():
        model.objects.filter(**{name: holder}).exclude(price_list__in=[row.price_list for row in rows]).delete()
        model.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=[name, "price_list"],
            update_fields=["position", "merge_allowed"],
        )


@transaction.atomic
def general_price_lists_set(*, price_lists: Sequence[tuple[PriceList, bool]]) -> None:
    """Give everybody exactly these price lists, in this order, each with its merge flag."""
    rows = [
        SystemPriceList(price_list=price_list, position=position, merge_allowed=merge)
        for position, (price_list, merge) in enumerate(price_lists, start=1)
    ]
    with refusals():
        SystemPriceList.objects.exclude(price_list__in=[row.price_list for row in rows]).delete()
        SystemPriceList.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["price_list"],
            update_fields=["position", "merge_allowed"],
        )


def note_add(*, customer: Customer, author: User | None, text: str) -> Note:
    """Write down a remark about a customer."""
    return saved(Note(customer=customer, author=author, text=text.strip()))
