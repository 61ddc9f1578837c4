"""What of this app moves by file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.filters import CustomerFilter
from customers.models import (
    Customer,
    CustomerGroup,
    GroupPriceList,
    PaymentTerm,
    SystemPriceList,
    TaxCode,
)
from customers.resources.address import AddressResource, visible_addresses
from customers.resources.assignments import (
    CustomerPriceListResource,
    GeneralPriceListResource,
    GroupPriceListResource,
    visible_assignments,
)
from customers.resources.contact import ContactResource, visible_contacts
from customers.resources.customer import CustomerResource
from customers.resources.department import DepartmentResource, visible_departments
from customers.resources.masterdata import AccountResource, GroupResource, PaymentTermResource, TaxCodeResource
from customers.resources.shared import visible_accounts, visible_customers
from foundation.identity.models import User
from foundation.transfers.registry import Transfer, register_transfer

__all__ = [
    "AccountResource",
    "AddressResource",
    "ContactResource",
    "CustomerPriceListResource",
    "CustomerResource",
    "DepartmentResource",
    "GeneralPriceListResource",
    "GroupPriceListResource",
    "GroupResource",
    "PaymentTermResource",
    "TaxCodeResource",
    "register",
    "visible_customers",
]


def everybodys(model: type[models.Model]) -> Callable[[User | None], models.QuerySet[Any]]:
    """Rows that every colleague sees."""
    return lambda actor: model._default_manager.all()


def register() -> None:
    """Make our kinds of file known."""
    for transfer in (
        Transfer("customers", _("Customers"), CustomerResource, visible_customers, CustomerFilter),
        Transfer("addresses", _("Customer addresses"), AddressResource, visible_addresses),
        Transfer("contacts", _("Contacts"), ContactResource, visible_contacts),
        Transfer("departments", _("Departments"), DepartmentResource, visible_departments),
        Transfer("groups", _("Customer groups"), GroupResource, everybodys(CustomerGroup)),
        Transfer("payment-terms", _("Payment terms"), PaymentTermResource, everybodys(PaymentTerm)),
        Transfer("tax-codes", _("Tax codes"), TaxCodeResource, everybodys(TaxCode)),
        Transfer("accounts", _("Accounts"), AccountResource, visible_accounts),
        Transfer(
            "customer-price-lists",
            _("Price lists of customers"),
            CustomerPriceListResource,
            visible_assignments,
            of=Customer,
        ),
        Transfer(
            "group-price-lists",
            _("Price lists of groups"),
            GroupPriceListResource,
            everybodys(GroupPriceList),
            of=CustomerGroup,
        ),
        Transfer(
            "general-price-lists", _("General price lists"), GeneralPriceListResource, everybodys(SystemPriceList)
        ),
    ):
        register_transfer(transfer)
