"""What a whole company comes to, added up over all its customers: an app says what it has to add.

In `AppConfig.ready()`:

    register_total(Total("orders", _("Open orders"), 40, "orders.view_order",
        lambda keys: Order.objects.open().filter(customer__in=keys).count()))

`keys` is a query of the keys of the company's customers, as far as the person may see them; a total asks one question
with it, however large the company is. None keeps a total away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import Address, Contact, Customer
from foundation.ui.parts import AlreadyRegisteredError

Keys = QuerySet[Customer, Any]


@dataclass(frozen=True)
class Total:
    """One figure: `measure(keys)` finds it; a lower `order` comes first."""

    slug: str
    label: str | Promise
    order: int
    permission: str
    measure: Callable[[Keys], Any]


_totals: list[Total] = []


def register_total(total: Total) -> None:
    """Add a figure to the pages of companies."""
    if any(other.slug == total.slug for other in _totals):
        raise AlreadyRegisteredError(total.slug)
    _totals.append(total)
    _totals.sort(key=lambda one: one.order)


def unregister_total(slug: str) -> None:
    """Take a figure away again."""
    _totals[:] = [total for total in _totals if total.slug != slug]


def totals_of(keys: Keys, has_perm: Callable[[str], bool]) -> list[tuple[str | Promise, Any]]:
    """Label and value of each figure the person may know."""
    measured = [(total.label, total.measure(keys)) for total in _totals if has_perm(total.permission)]
    return [(label, value) for label, value in measured if value is not None]


def register() -> None:
    """Our own figures."""
    register_total(Total("customers", _("Customers"), 10, "customers.view_customer", lambda keys: keys.count()))
    register_total(Total("contacts", _("Contacts"), 20, "customers.view_contact", _contacts))
    register_total(Total("addresses", _("Addresses"), 30, "customers.view_address", _addresses))


def _contacts(keys: Keys) -> int:
    return Contact.objects.filter(customer__in=keys).count()


def _addresses(keys: Keys) -> int:
    return Address.objects.filter(customer__in=keys).count()
