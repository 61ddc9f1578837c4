"""What several resources need: whom a person may name, and cells of the same kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import StringAgg
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from catalog.models import PriceList
from customers.models import Account, Customer
from customers.resources import former_codes
from customers.selectors import ACCESS_ALL, customer_list
from foundation.identity.models import User
from foundation.transfers.columns import Column, Link, LinkedColumn
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NO_OWNER = gettext_lazy("You have no access to set given owner: “%(value)s”.")


def sees_all(actor: User | None) -> bool:
    """Whether a person moves the customers of every owner; a command run by nobody does."""
    return actor is None or actor.has_perm(ACCESS_ALL)


def visible_customers(actor: User | None) -> models.QuerySet[Customer]:
    """Return the customers that move by file: what this person may see; a command run by nobody sees all."""
    return Customer.objects.all() if actor is None else customer_list(actor)


def visible_accounts(actor: User | None) -> models.QuerySet[Account]:
    """Return the accounts a person may see: accounts bear the names of customers."""
    if actor is None or sees_all(actor):
        return Account.objects.all()
    of_customers = Customer.objects.filter(owner=actor.pk, account__isnull=False).values("account")
    return Account.objects.filter(Q(owner=actor.pk) | Q(pk__in=of_customers))


def customers_for(options: Options) -> models.QuerySet[Customer]:
    """Customers the importing person may name."""
    return visible_customers(options.actor)


def owners_for(options: Options) -> models.QuerySet[User]:
    """Whom the importing person may make an owner: themselves, or anybody of the staff if they see all customers."""
    staff = User.objects.filter(is_staff=True, is_active=True)
    actor = options.actor
    return staff if actor is None or sees_all(actor) else staff.filter(pk=actor.pk)


class ScopedResource(PlainResource):
    """A resource whose rows depend on whose customers a person sees."""

    class Meta(PlainResource.Meta):
        abstract = True

    def complete(self, names: Names, layout: Layout) -> list[str]:
        """Let former codes mean the customers that their records were merged into."""
        return former_codes.translate(names, layout)

    def rewritten(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The same, row by row."""
        rows = super().rewritten(rows)
        former_codes.translated(rows, self.get_import_fields(), self._meta.model, self.options.actor)
        return rows

    def sees_all(self, options: Options) -> bool:
        """Whether the person may see the customers of every owner."""
        return sees_all(options.actor)


def owner_id_column(help: StrOrPromise = "") -> Column:
    """The owner by number."""
    return Column(
        "Owner Id",
        "owner",
        widget=LookupWidget(User, "id", rows=owners_for, missing=NO_OWNER),
        help=help or gettext_lazy("Our number of the colleague who looks after it."),
    )


def owner_name_column() -> Column:
    """The owner by e-mail address."""
    return Column(
        "Owner Username",
        "owner",
        widget=LookupWidget(User, "email", rows=owners_for, missing=NO_OWNER, shown=False),
        aliases=("Owner E-mail",),
        help=gettext_lazy("E-mail address of that colleague. Counts where Owner Id is blank."),
    )


def price_lists_column(through: type[models.Model], owner: str) -> LinkedColumn:
    """Price lists in their order."""
    return LinkedColumn(
        "Price Lists",
        Link(through, owner, "price_list", "position"),
        LookupWidget(PriceList, "name"),
        oro=False,
        export=RelatedText(
            through._default_manager.all(),
            owner,
            StringAgg("price_list__name", ";", order_by=("position", "pk")),
        ),
        help=gettext_lazy(
            "Names of price lists divided by “;”, the first is asked first. Lists not named are taken off."
        ),
    )


NO_CUSTOMER = gettext_lazy("There is no customer “%(value)s”. Import the customers first, or correct the cell.")


def customer_columns() -> tuple[Column, Column, Column]:
    """The customer a record belongs to: by id, else by name, else by code."""
    return (
        Column(
            "Customer Id",
            "customer",
            widget=LookupWidget(Customer, "id", rows=customers_for, missing=NO_CUSTOMER),
            help=gettext_lazy("Our number of the customer."),
        ),
        Column(
            "Customer Name",
            "customer",
            widget=LookupWidget(Customer, "name", rows=customers_for, missing=NO_CUSTOMER),
            aliases=("Customer",),
            sample="Example Print Works Ltd",
            help=gettext_lazy("Name of the customer. Counts where Customer Id is blank."),
        ),
        Column(
            "Customer Code",
            "customer",
            widget=LookupWidget(Customer, "code", rows=customers_for, missing=NO_CUSTOMER),
            aliases=("Customer Number", "Customer External Id"),
            oro=False,
            help=gettext_lazy("Code of the customer. Counts where Customer Id and Customer Name are blank."),
        ),
    )
