"""Departments as a file, with the people who are in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy

from customers.models import Contact, Department, Membership
from customers.resources.contact import visible_contacts
from customers.resources.judging import judge_members
from customers.resources.scopes import PEOPLE_OF_DEPARTMENT
from customers.resources.shared import ScopedResource, customer_columns, sees_all, visible_customers
from foundation.identity.models import User
from foundation.transfers.columns import Column, Link, LinkedColumn
from foundation.transfers.declaration import Identity
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

TAKEN = gettext_lazy("“%(value)s” is in a department already, and can be in one only.")
NO_PERSON = gettext_lazy(
    "There is no person “%(value)s” of this department's customer or its subsidiaries. Name people by e-mail address, "
    "or by their number."
)


def visible_departments(actor: User | None) -> models.QuerySet[Department]:
    """Departments that move by file: those of whose customer and people a person sees everything."""
    rows = Department.objects.all()
    if sees_all(actor):
        return rows
    own = visible_customers(actor).values("pk")
    strangers = Membership.objects.filter(department=OuterRef("pk")).exclude(contact__customer__in=own)
    return rows.filter(Q(customer=None) | Q(customer__in=own)).exclude(Exists(strangers))


def people_for(options: Options) -> models.QuerySet[Contact]:
    """People the importing person may name."""
    return visible_contacts(options.actor)


def _called() -> Case:
    """What a member is called: the e-mail address; the number where there is none, or a colleague shares it."""
    others = Membership.objects.filter(
        department=OuterRef("department"), contact__email__iexact=OuterRef("contact__email")
    ).exclude(pk=OuterRef("pk"))
    number = Cast(F("contact_id"), models.TextField())
    return Case(
        When(Q(contact__email="") | Exists(others), then=number),
        default=F("contact__email"),
        output_field=models.TextField(),
    )


class DepartmentResource(ScopedResource):
    """One row is one department; found by id, else by its name within the customer."""

    identities = (Identity(("id",), must_exist=True), Identity(("customer", "name"), required=("name",)))

    id = Column(
        "Id",
        "id",
        readonly=True,
        aliases=("Department Id",),
        help=gettext_lazy("Our number of the department. Blank: found by its name within the customer, else new."),
    )
    name = Column(
        "Name",
        "name",
        aliases=("Department",),
        sample="Purchasing",
        help=gettext_lazy("What the department is called."),
    )
    customer_id, customer_name, customer_code = customer_columns()
    description = Column(
        "Description", "description", sample="Orders paper and ink", help=gettext_lazy("What it does.")
    )
    members = LinkedColumn(
        "Members",
        Link(Membership, "department", "contact", once=("contact",), taken=TAKEN),
        LookupWidget(Contact, "email", rows=people_for, or_number=True, missing=NO_PERSON),
        scope=PEOPLE_OF_DEPARTMENT,
        aliases=("People",),
        export=RelatedText(
            Membership.objects.annotate(called=_called()),
            "department",
            StringAgg("called", ";", order_by=("contact_id",)),
        ),
        help=gettext_lazy(
            "E-mail addresses of people divided by “;”, or their numbers. People not named leave the department."
        ),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Department
        fields = ("id", "name", "customer_id", "customer_name", "customer_code", "description", "members")

    def for_export(self, rows: models.QuerySet[Department]) -> models.QuerySet[Department]:
        """Load the customers with the rows."""
        return rows.select_related("customer").order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Department]:
        """Departments whose people this person sees."""
        return visible_departments(options.actor)

    def judge(self, names: Names, layout: Layout) -> None:
        """A department that changes hands must suit the people who stay in it."""
        judge_members(names, layout)
