"""Contacts and departments."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from customers.models import Contact, Customer, Department, Membership
from customers.services.saving import saved


def contact_create(*, customer: Customer, **values: Any) -> Contact:
    """Add a person to a customer."""
    return saved(Contact(customer=customer), values)


@transaction.atomic
def contact_update(*, contact: Contact, **changes: Any) -> Contact:
    """Change a person; who changes over to another customer leaves the former one's address behind."""
    moves = "customer" in changes and changes["customer"] != contact.customer
    if moves:
        changes.setdefault("address", None)
    return saved(contact, changes)


def department_join(*, department: Department, contact: Contact) -> Membership:
    """Put a person into a department; refused when they are in one already."""
    return saved(Membership(department=department, contact=contact))


def department_leave(*, contact: Contact) -> None:
    """Take a person out of their department, if they are in one."""
    Membership.objects.filter(contact=contact).delete()
