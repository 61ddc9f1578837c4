"""Addresses of customers. Flags settle themselves in the database: a new primary or default takes over."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Address, Customer
from customers.refusals import SENTENCES, refusals
from customers.services.saving import saved


@transaction.atomic
def address_create(*, customer: Customer, **values: Any) -> Address:
    """Add an address; the first one is primary."""
    _lock(customer.pk)
    return saved(Address(customer=customer), values)


@transaction.atomic
def address_update(*, address: Address, **changes: Any) -> Address:
    """Change an address; its customer stays."""
    if "customer" in changes and changes["customer"] != address.customer:
        raise ValidationError({"customer": _(SENTENCES["address_keeps_customer"])})
    _lock(address.customer_id)
    return saved(address, changes)


@transaction.atomic
def address_delete(*, address: Address) -> None:
    """Delete an address; a primary one only as the last."""
    _lock(address.customer_id)
    with refusals():
        address.delete()


def _lock(customer_id: int) -> None:
    """One after the other, from the first look on."""
    Customer.objects.select_for_update(no_key=True).filter(pk=customer_id).values("pk").first()
