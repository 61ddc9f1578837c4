"""Price lists of customers, of groups and of everybody as files: one row is one price list of one holder.

Where a holder's prices come from besides is said in the file of customers or of groups (column Price fallback).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from catalog.models import PriceList
from customers.models import CustomerGroup, CustomerPriceList, GroupPriceList, SystemPriceList
from customers.resources.places import PlainPlaces, judge_places
from customers.resources.shared import ScopedResource, customer_columns, sees_all, visible_customers
from foundation.identity.models import User
from foundation.transfers.columns import Column
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import DecimalWidget, FlagWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NO_LIST = gettext_lazy("There is no price list “%(value)s”. Import the price lists first, or correct the cell.")
REQUIRED: dict[str, str | Promise] = {
    "price_list": gettext_lazy("Say which price list."),
    "position": gettext_lazy("Say at which position the price list stands; the smallest number is asked first."),
}


def visible_assignments(actor: User | None) -> models.QuerySet[CustomerPriceList]:
    """Price lists of the customers a person may see."""
    rows = CustomerPriceList.objects.all()
    return rows if sees_all(actor) else rows.filter(customer__in=visible_customers(actor).values("pk"))


def list_column() -> Column:
    """Which price list."""
    return Column(
        "Price List",
        "price_list",
        widget=LookupWidget(PriceList, "name", missing=NO_LIST),
        aliases=("Price List Name",),
        sample="Retail",
        help=gettext_lazy("Name of a price list, upper or lower case."),
    )


def position_column() -> Column:
    """Where it stands among the lists of its holder."""
    return Column(
        "Position",
        "position",
        widget=DecimalWidget(digits=9, places=0),
        aliases=("Priority", "Sort Order"),
        sample="1",
        help=gettext_lazy("A whole number; the smallest is asked first, and no two lists of a holder share one."),
    )


def merge_column() -> Column:
    """Whether lists further down may complete it."""
    return Column(
        "Merge Allowed",
        "merge_allowed",
        widget=FlagWidget(),
        aliases=("Merge",),
        sample="1",
        help=gettext_lazy("Yes or no: whether lists further down complete its tiers. Blank on a new one: yes."),
    )


def delete_column() -> Column:
    """Takes the list away."""
    return Column(
        "Delete",
        None,
        widget=FlagWidget(),
        help=gettext_lazy("Yes takes the price list away from its holder; nothing happens where it has not got it."),
    )


class AssignmentResource(PlainPlaces, ScopedResource):
    """One row is one price list of a holder; `holder` is the field that says whose, blank where it is everybody's."""

    deleting = "Delete"

    class Meta(PlainResource.Meta):
        abstract = True

    def for_export(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Load with the rows what the columns name."""
        named = ("price_list", self.holder) if self.holder else ("price_list",)
        return rows.select_related(*named).order_by("pk")

    def judge(self, names: Names, layout: Layout) -> None:
        """No two lists of a holder stand at the same position."""
        judge_places(names, layout, self.holder)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The same, row by row."""
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if said := self.place_problem(instance):
            raise ValidationError({"position": [said]})


class CustomerPriceListResource(AssignmentResource):
    """One row is one price list of one customer."""

    holder = "customer"
    identities = (Identity(("customer", "price_list")),)
    required = REQUIRED | {"customer": gettext_lazy("Say which customer.")}

    customer_id, customer_name, customer_code = customer_columns()
    price_list = list_column()
    position = position_column()
    merge_allowed = merge_column()
    delete = delete_column()

    class Meta(PlainResource.Meta):
        abstract = False
        model = CustomerPriceList
        fields = (
            *("customer_id", "customer_name", "customer_code", "price_list", "position", "merge_allowed", "delete"),
        )

    def visible(self, options: Options) -> models.QuerySet[CustomerPriceList]:
        """Those of the customers this person sees."""
        return visible_assignments(options.actor)


class GroupPriceListResource(AssignmentResource):
    """One row is one price list of one customer group."""

    holder = "group"
    identities = (Identity(("group", "price_list")),)
    required = REQUIRED | {"group": gettext_lazy("Say which customer group.")}

    group = Column(
        "Group Name",
        "group",
        widget=LookupWidget(CustomerGroup, "name"),
        aliases=("Group", "Customer Group"),
        sample="Wholesale",
        help=gettext_lazy("Name of the customer group."),
    )
    price_list = list_column()
    position = position_column()
    merge_allowed = merge_column()
    delete = delete_column()

    class Meta(PlainResource.Meta):
        abstract = False
        model = GroupPriceList
        fields = ("group", "price_list", "position", "merge_allowed", "delete")


class GeneralPriceListResource(AssignmentResource):
    """One row is one price list for every customer."""

    identities = (Identity(("price_list",)),)
    required = REQUIRED

    price_list = list_column()
    position = position_column()
    merge_allowed = merge_column()
    delete = delete_column()

    class Meta(PlainResource.Meta):
        abstract = False
        model = SystemPriceList
        fields = ("price_list", "position", "merge_allowed", "delete")

    def sees_all(self, options: Options) -> bool:
        """They are everybody's."""
        return True
