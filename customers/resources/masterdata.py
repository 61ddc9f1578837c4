"""Groups, payment terms, tax codes and accounts as files."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from customers.models import Account, CustomerGroup, GroupPriceList, PaymentTerm, TaxCode
from customers.resources.shared import (
    ScopedResource,
    owner_id_column,
    owner_name_column,
    price_lists_column,
    visible_accounts,
)
from foundation.transfers.columns import Column
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import ChoiceWidget

BY_NUMBER = gettext_lazy("Our number, to give a record another name. Blank: found by its name, else new.")


def number_column() -> Column:
    """The key."""
    return Column("Id", "id", readonly=True, help=BY_NUMBER)


class GroupResource(ScopedResource):
    """One row is one customer group."""

    identities = (Identity(("id",), must_exist=True), Identity(("name",)))

    id = number_column()
    name = Column(
        "Name", "name", aliases=("Group Name", "Group"), sample="Retail", help=gettext_lazy("Name of the group.")
    )
    owner_id = owner_id_column()
    owner_name = owner_name_column()
    payment_term = Column(
        "Payment term Label",
        "payment_term",
        widget=LookupWidget(PaymentTerm, "label", creatable=True),
        aliases=("Payment term",),
        help=gettext_lazy("For its customers without a payment term; a new one is made where the import is told to."),
    )
    tax_code = Column(
        "Tax code",
        "tax_code",
        widget=LookupWidget(TaxCode, "code"),
        help=gettext_lazy("For its customers without a tax code; one that exists."),
    )
    price_lists = price_lists_column(GroupPriceList, "group")
    price_fallback = Column(
        "Price fallback",
        "price_fallback",
        widget=ChoiceWidget(CustomerGroup.PriceFallback),
        oro=False,
        help=gettext_lazy("Where a price comes from when its own lists have none."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = CustomerGroup
        fields = (
            *("id", "name", "owner_id", "owner_name", "payment_term", "tax_code", "price_lists", "price_fallback"),
        )

    def for_export(self, rows: models.QuerySet[CustomerGroup]) -> models.QuerySet[CustomerGroup]:
        """Load with the rows what the columns name."""
        return rows.select_related("owner", "payment_term", "tax_code").order_by("pk")


class PaymentTermResource(PlainResource):
    """One row is one payment term."""

    identities = (Identity(("id",), must_exist=True), Identity(("label",)))

    id = number_column()
    label = Column(
        "Label",
        "label",
        aliases=("Payment term Label", "Payment term"),
        sample="net 30",
        help=gettext_lazy("What the term is called; no two terms share a label."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = PaymentTerm
        fields = ("id", "label")


class TaxCodeResource(PlainResource):
    """One row is one tax code."""

    identities = (Identity(("id",), must_exist=True), Identity(("code",)))

    id = number_column()
    code = Column(
        "Code",
        "code",
        aliases=("Tax code",),
        sample="B2B",
        help=gettext_lazy("The code tax rules refer to; no two tax codes share one."),
    )
    description = Column(
        "Description", "description", sample="Companies in the EU", help=gettext_lazy("For whom it is, in words.")
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = TaxCode
        fields = ("id", "code", "description")


class AccountResource(ScopedResource):
    """One row is one account; found by id, else by a name that only one account has."""

    identities = (Identity(("id",), must_exist=True), Identity(("name",)))

    id = Column(
        "Id",
        "id",
        readonly=True,
        aliases=("Account Id",),
        help=gettext_lazy("Our number of the account. Blank: found by a name that only one has, else new."),
    )
    name = Column(
        "Name",
        "name",
        aliases=("Account Name",),
        sample="Example Print Group",
        help=gettext_lazy("What sales calls it."),
    )
    owner_id = owner_id_column(
        gettext_lazy("Our number of the colleague who looks after it. Blank on a new account: who imports.")
    )
    owner_name = owner_name_column()

    class Meta(PlainResource.Meta):
        abstract = False
        model = Account
        fields = ("id", "name", "owner_id", "owner_name")

    def for_export(self, rows: models.QuerySet[Account]) -> models.QuerySet[Account]:
        """Load the owners with the rows."""
        return rows.select_related("owner").order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Account]:
        """Accounts this person may see."""
        return visible_accounts(options.actor)

    def new_values(self, options: Options) -> dict[str, Any]:
        """Who imports a new account without naming an owner owns it."""
        return {"owner": options.actor}
