"""Customers as a CSV file, in the columns of OroCommerce plus columns of our own.

The columns' names and meaning are those of OroCommerce's customer import (its documentation, “Customers: Import”).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from customers.models import Account, Customer, CustomerGroup, CustomerPriceList, InternalRating, PaymentTerm, TaxCode
from customers.resources.rules import PHONE_RULE, VAT_RULE
from customers.resources.shared import (
    ScopedResource,
    customers_for,
    owner_id_column,
    owner_name_column,
    price_lists_column,
    visible_customers,
)
from foundation.transfers.columns import Column, ListWidget
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import ChoiceWidget, DecimalWidget, FlagWidget

NO_PARENT = gettext_lazy(
    "There is no customer “%(value)s” to be the parent, neither here nor in a good row of the file."
)
SEVERAL = gettext_lazy("%(count)s customers named %(value)s: say which by Id or code.")


class CustomerResource(ScopedResource):
    """One row is one customer; found by id, else by code, else by a name that only one customer has."""

    identities = (
        Identity(("id",), must_exist=True),
        Identity(("code",)),
        Identity(("name",), unless="code", ambiguous=SEVERAL),
    )
    rules = (VAT_RULE, PHONE_RULE)
    tree = "parent"

    id = Column(
        "Id",
        "id",
        readonly=True,
        aliases=("Customer Id",),
        help=gettext_lazy("Our number of the customer. Blank: found by code or name, else new."),
    )
    name = Column(
        "Name",
        "name",
        aliases=("Customer Name",),
        sample="Example Print Works Ltd",
        help=gettext_lazy("The company's name. A new customer needs one."),
    )
    parent_id = Column(
        "Parent Id",
        "parent",
        widget=LookupWidget(Customer, "id", rows=customers_for, missing=NO_PARENT),
        help=gettext_lazy("Our number of the company above."),
    )
    parent_name = Column(
        "Parent Name",
        "parent",
        widget=LookupWidget(Customer, "name", rows=customers_for, missing=NO_PARENT, shown=False),
        help=gettext_lazy(
            "Name of the company above; it may stand anywhere in the file. Counts where Parent Id is blank."
        ),
    )
    group = Column(
        "Group Name",
        "group",
        widget=LookupWidget(CustomerGroup, "name", creatable=True),
        aliases=("Group",),
        help=gettext_lazy("A customer group; a new one is made where the import is told to."),
    )
    owner_id = owner_id_column(
        gettext_lazy("Our number of the colleague who looks after it. Blank on a new customer: who imports.")
    )
    owner_name = owner_name_column()
    tax_code = Column(
        "Tax code",
        "tax_code",
        widget=LookupWidget(TaxCode, "code"),
        help=gettext_lazy("A tax code that exists."),
    )
    account = Column(
        "Account Id",
        "account",
        widget=LookupWidget(Account, "id"),
        help=gettext_lazy("Our number of the account. Blank on a new customer: it gets one of its own."),
    )
    internal_rating = Column(
        "Internal rating Id",
        "internal_rating",
        widget=LookupWidget(InternalRating, "code"),
        help=gettext_lazy("Code of a rating, such as 3_of_5."),
    )
    vat_id = Column(
        "VAT Id",
        "vat_id",
        sample="PL1234563218",
        help=gettext_lazy("Checked by the rules of its country; spaces and dots do not count."),
    )
    payment_term = Column(
        "Payment term Label",
        "payment_term",
        widget=LookupWidget(PaymentTerm, "label", creatable=True),
        aliases=("Payment term",),
        help=gettext_lazy("A payment term such as net 30; a new one is made where the import is told to."),
    )
    code = Column(
        "External Id",
        "code",
        aliases=("Code", "Customer Number", "Customer Code"),
        sample="C-1001",
        oro=False,
        help=gettext_lazy("The customer's number in your own leading system; no two customers share one."),
    )
    rep_ids = Column(
        "Sales Rep Ids",
        "rep_ids",
        widget=ListWidget(),
        aliases=("Sales Representatives",),
        sample="REP1;REP2",
        oro=False,
        help=gettext_lazy("Rep ids in order, divided by “;”. A list set by hand stays in force."),
    )
    email = Column(
        "E-mail",
        "email",
        aliases=("Email Address", "E-mail Address"),
        sample="office@example.com",
        oro=False,
        help=gettext_lazy("E-mail address of the company."),
    )
    phone = Column(
        "Phone",
        "phone",
        aliases=("Phone Number", "Telephone"),
        sample="+48 22 123 45 67",
        oro=False,
        help=gettext_lazy("Kept as written; without + it is one of the customer's country."),
    )
    price_lists = price_lists_column(CustomerPriceList, "customer")
    price_fallback = Column(
        "Price fallback",
        "price_fallback",
        widget=ChoiceWidget(Customer.PriceFallback),
        oro=False,
        help=gettext_lazy("Where a price comes from when its own lists have none."),
    )
    credit_limit = Column(
        "Credit limit",
        "credit_limit",
        widget=DecimalWidget(digits=14, places=2),
        sample="10000.00",
        oro=False,
        help=gettext_lazy("An amount, zero or more; needs a currency."),
    )
    credit_currency = Column(
        "Credit currency",
        "credit_currency",
        aliases=("Credit limit currency",),
        sample="EUR",
        oro=False,
        help=gettext_lazy("Currency of the credit limit, a code such as EUR."),
    )
    is_on_hold = Column(
        "On hold",
        "is_on_hold",
        widget=FlagWidget(),
        sample="0",
        oro=False,
        help=gettext_lazy("Yes or no (1 or 0): no new orders for now."),
    )
    is_internal = Column(
        "Internal",
        "is_internal",
        widget=FlagWidget(),
        sample="0",
        oro=False,
        help=gettext_lazy("Yes or no (1 or 0): a business of our own."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Customer
        fields = (
            *("id", "name", "parent_id", "parent_name", "group", "owner_id", "owner_name", "tax_code", "account"),
            *("internal_rating", "vat_id", "payment_term", "code", "rep_ids", "email", "phone", "price_lists"),
            *("price_fallback", "credit_limit", "credit_currency", "is_on_hold", "is_internal"),
        )

    def for_export(self, rows: models.QuerySet[Customer]) -> models.QuerySet[Customer]:
        """Load with the rows what the columns name."""
        related = ("parent", "group", "owner", "tax_code", "account", "internal_rating", "payment_term")
        return rows.select_related(*related).order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Customer]:
        """Customers of this person; of everybody where they may."""
        return visible_customers(options.actor)

    def new_values(self, options: Options) -> dict[str, Any]:
        """Who imports a new customer without naming an owner owns it."""
        return {"owner": options.actor}
