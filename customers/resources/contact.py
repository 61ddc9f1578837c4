"""The people of customers as a file, in OroCommerce's columns of customer users where they apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from customers.models import Contact, Department, Membership
from customers.resources.judging import judge_departments
from customers.resources.rules import CONTACT_MOBILE_RULE, CONTACT_PHONE_RULE, MOVE_RULE
from customers.resources.scopes import DEPARTMENTS_OF_PERSON
from customers.resources.shared import ScopedResource, customer_columns, sees_all, visible_customers
from foundation.identity.models import User
from foundation.transfers.columns import Column, Link, LinkedColumn
from foundation.transfers.declaration import Identity, Rewrite
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import FlagWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NO_DEPARTMENT = gettext_lazy("There is no department “%(value)s” that takes people of this customer.")
NAME, FIRST, LAST = "Name", "First Name", "Last Name"


def split_name(cells: dict[str, str]) -> dict[str, str]:
    """Take a full name apart where the names stand nowhere else: the last word is the last name."""
    if not cells[NAME] or cells[FIRST] or cells[LAST]:
        return {FIRST: cells[FIRST], LAST: cells[LAST]}
    first, _gap, last = cells[NAME].rpartition(" ")
    return {FIRST: first.strip(), LAST: last}


def visible_contacts(actor: User | None) -> models.QuerySet[Contact]:
    """People of the customers a person may see."""
    rows = Contact.objects.all()
    return rows if sees_all(actor) else rows.filter(customer__in=visible_customers(actor).values("pk"))


def departments_for(options: Options) -> models.QuerySet[Department]:
    """Departments the importing person may name: those of their customers, and general ones."""
    rows = Department.objects.all()
    if sees_all(options.actor):
        return rows
    return rows.filter(Q(customer=None) | Q(customer__in=visible_customers(options.actor).values("pk")))


class ContactResource(ScopedResource):
    """One row is one person; found by id, else by e-mail address, else by name, within the customer."""

    identities = (
        Identity(("id",), must_exist=True),
        Identity(("customer", "email")),
        Identity(("customer", "first_name", "last_name"), required=("customer", "last_name"), unless="email"),
    )
    rules = (CONTACT_PHONE_RULE, CONTACT_MOBILE_RULE, MOVE_RULE)
    rewrites = (Rewrite((NAME,), (NAME, FIRST, LAST), (FIRST, LAST), split_name),)

    id = Column(
        "ID",
        "id",
        readonly=True,
        aliases=("Contact Id",),
        help=gettext_lazy("Our number of the person. Blank: found by e-mail or name within the customer, else new."),
    )
    name_prefix = Column("Name Prefix", "name_prefix", help=gettext_lazy("Such as Dr."))
    first_name = Column(FIRST, "first_name", sample="Anna", help=gettext_lazy("First or last name must be there."))
    middle_name = Column("Middle Name", "middle_name", help=gettext_lazy("If there is one."))
    last_name = Column(LAST, "last_name", sample="Nowak", help=gettext_lazy("First or last name must be there."))
    name_suffix = Column("Name Suffix", "name_suffix", help=gettext_lazy("Such as Jr."))
    email = Column(
        "Email Address",
        "email",
        aliases=("E-mail", "E-mail Address"),
        sample="anna.nowak@example.com",
        help=gettext_lazy("By this a person is found within the customer, whatever its case."),
    )
    customer_id, customer_name, customer_code = customer_columns()
    is_active = Column(
        "Enabled",
        "is_active",
        widget=FlagWidget(),
        aliases=("Active",),
        sample="1",
        help=gettext_lazy("Yes or no: whether the person still works there."),
    )
    job_title = Column(
        "Job Title",
        "job_title",
        aliases=("Title", "Contact Title"),
        sample="Buyer",
        oro=False,
        help=gettext_lazy("What the person does."),
    )
    phone = Column(
        "Phone",
        "phone",
        aliases=("Telephone",),
        sample="+48 22 123 45 67",
        oro=False,
        help=gettext_lazy("Kept as written; without + it is one of the person's country."),
    )
    mobile = Column(
        "Mobile",
        "mobile",
        aliases=("Mobile Phone",),
        oro=False,
        help=gettext_lazy("Kept as written; without + it is one of the person's country."),
    )
    department = LinkedColumn(
        "Department",
        Link(Membership, "contact", "department", once=("contact",)),
        LookupWidget(Department, "name", rows=departments_for, missing=NO_DEPARTMENT),
        at_most=1,
        scope=DEPARTMENTS_OF_PERSON,
        oro=False,
        export=RelatedText(Membership.objects.all(), "contact", StringAgg("department__name", ";")),
        help=gettext_lazy(
            "Name of a department of the person's customer, else of one above it, else a general one; one only."
        ),
    )
    name = Column(
        NAME,
        None,
        readonly=True,
        aliases=("Contact Name", "Full Name"),
        oro=False,
        help=gettext_lazy("The full name, where a file has no other; its last word is the last name."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Contact
        fields = (
            *("id", "name_prefix", "first_name", "middle_name", "last_name", "name_suffix", "email"),
            *("customer_id", "customer_name", "is_active", "customer_code", "job_title", "phone", "mobile"),
            *("department", "name"),
        )

    def for_export(self, rows: models.QuerySet[Contact]) -> models.QuerySet[Contact]:
        """Load the customers with the rows."""
        return rows.select_related("customer").order_by("pk")

    def visible(self, options: Options) -> models.QuerySet[Contact]:
        """People of this person's customers."""
        return visible_contacts(options.actor)

    def judge(self, names: Names, layout: Layout) -> None:
        """Departments take people of their own customer only."""
        judge_departments(names, layout)
