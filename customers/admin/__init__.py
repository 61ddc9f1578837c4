"""Customers and all around them in the admin."""

from django.utils.translation import gettext_lazy as _

from customers.admin import accounts, customer, masterdata, people
from customers.admin.tree import organisation
from foundation.ui.panels import Panel, register_panel

__all__ = ["accounts", "customer", "masterdata", "people"]

CUSTOMERS = "customers/admin/group_customers.html"

register_panel(
    "customers.customer",
    Panel("organisation", _("Organisation"), 10, "customers/admin/organisation.html", context=organisation),
)
register_panel(
    "customers.customergroup",
    Panel("customers", _("Customers"), 10, CUSTOMERS, context=masterdata.customers_of_group),
)
register_panel(
    "customers.account",
    Panel("customers", _("Customers"), 10, CUSTOMERS, context=accounts.customers_of_account),
)
