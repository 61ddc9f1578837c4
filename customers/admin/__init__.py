"""Customers and all around them in the admin."""

from django.utils.translation import gettext_lazy as _

from customers.admin import accounts, customer, general_lists, masterdata, people
from customers.admin.duplicates import likeness_of
from customers.admin.tree import organisation
from customers.admin.why_price import ask_about_product
from foundation.ui.panels import Panel, register_panel

__all__ = ["accounts", "customer", "general_lists", "masterdata", "people"]

CUSTOMERS = "customers/admin/group_customers.html"

register_panel(
    "customers.customer",
    Panel("organisation", _("Organisation"), 10, "customers/admin/organisation.html", context=organisation, side=True),
)
register_panel(
    "customers.customer",
    Panel(
        "price-chain",
        _("Price lists in their order"),
        20,
        "customers/admin/price_chain.html",
        context=general_lists.chain_of_customer,
        side=True,
    ),
)
register_panel(
    "customers.customer",
    Panel("likeness", _("In the hub twice?"), 5, "customers/admin/likeness.html", context=likeness_of, side=True),
)
register_panel(
    "customers.customergroup",
    Panel("customers", _("Customers"), 10, CUSTOMERS, context=masterdata.customers_of_group),
)
register_panel(
    "customers.account",
    Panel("customers", _("Customers"), 10, CUSTOMERS, context=accounts.customers_of_account),
)
register_panel(
    "catalog.product",
    Panel(
        "why-price", _("Price for a customer"), 40, "customers/admin/why_price_panel.html", context=ask_about_product
    ),
)
