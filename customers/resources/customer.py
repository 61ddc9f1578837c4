"""Customers as a CSV file, in the columns of OroCommerce plus the code and the rep ids of the back office.

The columns' names and meaning are those of OroCommerce's customer import (its documentation, “Customers: Import”).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Account, Customer, CustomerGroup, InternalRating, PaymentTerm, TaxCode
from customers.resources.families import FAMILY_COLUMNS, parents_first
from customers.selectors import customer_list
from foundation.identity.models import User
from foundation.transfers.columns import Column, ListWidget
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.plain import Options, PlainResource
from foundation.transfers.reports import Refusal
from foundation.transfers.tables import Record

ID, NAME, CODE = FAMILY_COLUMNS.id, FAMILY_COLUMNS.name, FAMILY_COLUMNS.code
PARENT_ID, PARENT_NAME = FAMILY_COLUMNS.parent_id, FAMILY_COLUMNS.parent_name


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


class CustomerResource(PlainResource):
    """One row is one customer; found by id, else by code, else by a name that only one customer has."""

    id = Column(ID, "id", readonly=True, aliases=("Customer Id",))
    name = Column(NAME, "name", aliases=("Customer Name",), sample="Example Print Works Ltd")
    parent_id = Column(PARENT_ID, "parent", widget=LookupWidget(Customer, "id", rows=_visible, missing=NO_PARENT))
    parent_name = Column(
        PARENT_NAME,
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
    code = Column(CODE, "code", aliases=("Code", "Customer Number"), sample="C-1001", oro=False)
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

    def arrange(self, headers: list[str | None], records: list[Record]) -> tuple[list[Record], list[Refusal]]:
        """Parents before their children; rows that name one customer twice, or go round in a circle, are refused."""
        return parents_first(headers, records)

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Customer | None:
        """Find the customer the row means: by id, else by code, else by name; None makes a new one."""
        visible = _visible(self.options)
        if row.get(ID):
            return self._by_id(visible, row[ID])
        if row.get(CODE) and (found := visible.filter(code__iexact=row[CODE]).first()):
            return found
        return self._by_name(visible, row) if row.get(NAME) else None

    def _by_id(self, visible: models.QuerySet[Customer], text: str) -> Customer:
        found = visible.filter(pk=text).first() if text.isdecimal() and len(text) < 19 else None
        if found is None:
            raise ValidationError(
                {ID: _("There is no customer with the Id %(id)s. Leave the Id blank to make a new one.") % {"id": text}}
            )
        return found

    def _by_name(self, visible: models.QuerySet[Customer], row: dict[str, Any]) -> Customer | None:
        """A customer who bears the name but another code is somebody else."""
        same = visible.filter(name__iexact=row[NAME])
        if row.get(CODE):
            same = same.filter(code="")
        found = list(same[:2])
        if len(found) > 1:
            sentence = _("%(count)d customers named %(name)s: say which by Id or code.")
            raise ValidationError({NAME: sentence % {"count": same.count(), "name": row[NAME]}})
        return found[0] if found else None

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        """An id decides over a name beside it."""
        for by_id, by_name in ((PARENT_ID, PARENT_NAME), ("Owner Id", "Owner Username")):
            if row.get(by_id) and by_name in row:
                row[by_name] = ""

    def after_init_instance(self, instance: Customer, new: bool, row: dict[str, Any], **kwargs: Any) -> None:
        """Who imports a new customer without naming an owner owns it."""
        if new:
            instance.owner = self.options.actor
