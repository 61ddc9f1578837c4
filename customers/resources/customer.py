"""Customers as a CSV file, in the columns of OroCommerce plus the code and the rep ids of the back office.

The columns' names and meaning are those of OroCommerce's customer import (its documentation, “Customers: Import”).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from customers.models import Account, Customer, CustomerGroup, InternalRating, PaymentTerm, TaxCode
from customers.resources.rules import PHONE_RULE, VAT_RULE
from customers.selectors import customer_list
from foundation.identity.models import User
from foundation.transfers.columns import Column, ListWidget
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource


def visible_customers(actor: User | None) -> models.QuerySet[Customer]:
    """Return the customers that move by file: what this person may see; a command run by nobody sees all."""
    return Customer.objects.all() if actor is None else customer_list(actor)


def _visible(options: Options) -> models.QuerySet[Customer]:
    return visible_customers(options.actor)


def _owners(options: Options) -> models.QuerySet[User]:
    """Whom the importing person may make an owner: themselves, or anybody of the staff if they see all customers."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    actor = options.actor
    if actor is None or actor.has_perm("customers.access_all_customers"):
        return staff
    return staff.filter(pk=actor.pk)


NO_OWNER = gettext_lazy("You have no access to set given owner: “%(value)s”.")
NO_PARENT = gettext_lazy(
    "There is no customer “%(value)s” to be the parent, neither here nor in a good row of the file."
)


SEVERAL = gettext_lazy("%(count)s customers named %(value)s: say which by Id or code.")


class CustomerResource(PlainResource):
    """One row is one customer; found by id, else by code, else by a name that only one customer has."""

    identities = (
        Identity(("id",), must_exist=True),
        Identity(("code",)),
        Identity(("name",), unless="code", ambiguous=SEVERAL),
    )
    rules = (VAT_RULE, PHONE_RULE)
    tree = "parent"

    id = Column("Id", "id", readonly=True, aliases=("Customer Id",))
    name = Column("Name", "name", aliases=("Customer Name",), sample="Example Print Works Ltd")
    parent_id = Column("Parent Id", "parent", widget=LookupWidget(Customer, "id", rows=_visible, missing=NO_PARENT))
    parent_name = Column(
        "Parent Name",
        "parent",
        widget=LookupWidget(Customer, "name", rows=_visible, missing=NO_PARENT, shown=False),
    )
    group = Column(
        "Group Name", "group", widget=LookupWidget(CustomerGroup, "name", creatable=True), aliases=("Group",)
    )
    owner_id = Column("Owner Id", "owner", widget=LookupWidget(User, "id", rows=_owners, missing=NO_OWNER))
    owner_name = Column(
        "Owner Username",
        "owner",
        widget=LookupWidget(User, "email", rows=_owners, missing=NO_OWNER, shown=False),
        aliases=("Owner E-mail",),
    )
    tax_code = Column("Tax code", "tax_code", widget=LookupWidget(TaxCode, "code"))
    account = Column("Account Id", "account", widget=LookupWidget(Account, "id"))
    internal_rating = Column(
        "Internal rating Id", "internal_rating", widget=LookupWidget(InternalRating, "code"), sample=""
    )
    vat_id = Column("VAT Id", "vat_id", sample="PL1234563218")
    payment_term = Column(
        "Payment term Label",
        "payment_term",
        widget=LookupWidget(PaymentTerm, "label", creatable=True),
        aliases=("Payment term",),
    )
    code = Column("External Id", "code", aliases=("Code", "Customer Number"), sample="C-1001", oro=False)
    rep_ids = Column(
        "Sales Rep Ids",
        "rep_ids",
        widget=ListWidget(),
        aliases=("Sales Representatives",),
        sample="REP1;REP2",
        oro=False,
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Customer
        fields = (
            *("id", "name", "parent_id", "parent_name", "group", "owner_id", "owner_name", "tax_code", "account"),
            *("internal_rating", "vat_id", "payment_term", "code", "rep_ids"),
        )

    def for_export(self, rows: models.QuerySet[Customer]) -> models.QuerySet[Customer]:
        """Load with the rows what the columns name."""
        related = ("parent", "group", "owner", "tax_code", "account", "internal_rating", "payment_term")
        return rows.select_related(*related).order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Customer]:
        """Customers of this person; of everybody where they may."""
        return visible_customers(options.actor)

    def sees_all(self, options: Options) -> bool:
        """Whether the person may see the customers of every owner."""
        return options.actor is None or options.actor.has_perm("customers.access_all_customers")

    def new_values(self, options: Options) -> dict[str, Any]:
        """Who imports a new customer without naming an owner owns it."""
        return {"owner": options.actor}
