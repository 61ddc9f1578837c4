"""What this app puts on the dashboard: finding a customer, adding one, and how to begin while there are none."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.ui.dashboard import Area, Card, QuickLink, SearchBox, register_card, register_link, register_search


def register() -> None:
    """Put everything in its place."""
    register_search(SearchBox(_("Find a customer"), "admin:customers_customer_changelist", "customers.view_customer"))
    register_link(QuickLink(_("New customer"), "admin:customers_customer_add", "customers.add_customer", "add", 10))
    register_link(
        QuickLink(
            _("Import customers"),
            "admin:customers_customer_import_button",
            "customers.import_customer",
            "upload",
            20,
        )
    )
    register_card(
        Card("duplicates", _("Likely duplicates"), 40, "customers/card_duplicates.html", context=duplicates_card)
    )
    register_card(
        Card("first_steps", _("Welcome"), 10, "customers/first_steps.html", context=first_steps, area=Area.WELCOME)
    )


def first_steps(request: HttpRequest) -> dict[str, Any] | None:
    """Say how to begin, to those who may, while there is no customer at all."""
    from customers.models import Customer

    if not request.user.has_perm("customers.add_customer") or Customer.objects.exists():
        return None
    return {}


def duplicates_card(request: HttpRequest) -> dict[str, Any] | None:
    """Say how many groups of likely duplicates wait."""
    from customers.admin.duplicates import duplicates_waiting

    return duplicates_waiting(request)
