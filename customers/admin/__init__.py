"""Customers and all around them in the admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from customers.admin import (
    accounts,
    customer,
    facts,
    general_lists,
    masterdata,
    notes,
    people,
    people_panels,
    places,
    tree,
)
from customers.admin.duplicates import likeness_of
from customers.admin.merge import merges_of
from customers.admin.overview import PAGE
from customers.admin.vat_check import SLUG as VAT
from customers.admin.vat_check import vat_panel
from customers.admin.why_price import ask_about_product
from foundation.ui.panels import Panel, register_panel
from foundation.ui.timeline import timeline_panel

__all__ = ["accounts", "customer", "general_lists", "masterdata", "people"]

FOLDER = "customers/admin"


def _on_customers(slug: str, title: Any, order: int, context: Any, *, side: bool = False, always: bool = False) -> None:
    template = f"{FOLDER}/{slug.replace('-', '_')}.html"
    register_panel(PAGE, Panel(slug, title, order, template, context=context, side=side, always=always))


def _on_groups(slug: str, title: Any, order: int, template: str, context: Any, *, side: bool = False) -> None:
    panel = Panel(slug, title, order, f"{FOLDER}/{template}.html", context=context, side=side)
    register_panel("customers.customergroup", panel)


_on_customers("facts", _("Facts"), 0, facts.facts_of_customer, side=True)
_on_customers("likeness", _("In the hub twice?"), 5, likeness_of, side=True)
_on_customers("company-totals", _("The whole company"), 8, tree.company_totals, side=True)
_on_customers("organisation", _("Organisation"), 10, tree.organisation, side=True)
_on_customers("price-chain", _("Price lists in their order"), 20, general_lists.chain_of_customer, side=True)
register_panel(PAGE, Panel(VAT, _("VAT id"), 25, f"{FOLDER}/vat_panel.html", context=vat_panel))
_on_customers("addresses", _("Addresses"), 28, places.addresses)
_on_customers("contacts", _("Contacts"), 30, people_panels.contacts)
_on_customers("departments", _("Departments"), 35, people_panels.departments)
_on_customers("subsidiaries", _("Subsidiaries"), 40, people_panels.subsidiaries)
_on_customers("merges", _("Merged into it"), 90, merges_of, side=True)
_on_groups("facts", _("For customers without their own"), 0, "facts", facts.facts_of_group, side=True)
_on_groups("price-chain", _("Price lists in their order"), 20, "price_chain", general_lists.chain_given, side=True)
_on_groups("customers", _("Customers"), 10, "group_customers", masterdata.customers_of_group)
_on_customers("notes", _("Notes"), 80, notes.notes, always=True)
register_panel(PAGE, Panel("timeline", _("Activity"), 90, "ui/timeline.html", timeline_panel(PAGE), always=True))
register_panel(
    "customers.account",
    Panel("customers", _("Customers"), 10, f"{FOLDER}/account_customers.html", context=accounts.customers_of_account),
)
register_panel(
    "catalog.product",
    Panel(
        "why-price",
        _("Price for a customer"),
        40,
        "customers/admin/why_price_panel.html",
        context=ask_about_product,
        side=True,
    ),
)
