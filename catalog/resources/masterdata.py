"""Units, categories, tax codes, warehouses and price lists as files."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from catalog.models import Category, PriceList, ProductTaxCode, Unit, Warehouse
from catalog.models.pricing import doubled
from catalog.resources.shared import id_column
from foundation.transfers.columns import Column, ListWidget
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import FlagWidget

NO_PARENT = gettext_lazy("There is no category “%(value)s” to be the parent, neither here nor in the file.")
SEVERAL = gettext_lazy("%(count)s categories are called “%(value)s”: say which by Id or code.")


class UnitResource(PlainResource):
    """One row is one unit."""

    identities = (Identity(("id",), must_exist=True), Identity(("code",)))

    id = id_column("Unit Id")
    code = Column(
        "Code", "code", aliases=("Unit Code", "Unit"), sample="bottle", help=gettext_lazy("How files name it.")
    )
    name = Column("Name", "name", aliases=("Label",), sample="bottle", help=gettext_lazy("One of it."))
    plural = Column("Plural", "plural", aliases=("Plural Label",), sample="bottles", help=gettext_lazy("Several."))

    class Meta(PlainResource.Meta):
        abstract = False
        model = Unit
        fields = ("id", "code", "name", "plural")


class CategoryResource(PlainResource):
    """One row is one category; found by id, else by code, else by a name that only one category has."""

    identities = (
        Identity(("id",), must_exist=True),
        Identity(("code",)),
        Identity(("name",), unless="code", ambiguous=SEVERAL),
    )
    tree = "parent"

    id = id_column("Category Id")
    name = Column(
        "Name",
        "name",
        aliases=("Title", "Category Name", "Title.default.value"),
        sample="Wines",
        help=gettext_lazy("What people read; the same name in two places needs codes."),
    )
    code = Column(
        "Code",
        "code",
        aliases=("Category Code", "External Id"),
        sample="WINE",
        help=gettext_lazy("What other systems call it; no two categories share one."),
    )
    parent_id = Column(
        "Parent Id",
        "parent",
        widget=LookupWidget(Category, "id", missing=NO_PARENT),
        aliases=("Parent Category.ID",),
        help=gettext_lazy("Our number of the category above."),
    )
    parent_code = Column(
        "Parent Code",
        "parent",
        widget=LookupWidget(Category, "code", missing=NO_PARENT, shown=False),
        aliases=("Parent Category Code",),
        help=gettext_lazy("Code of the category above. Counts where Parent Id is blank."),
    )
    parent_name = Column(
        "Parent Name",
        "parent",
        widget=LookupWidget(Category, "name", missing=NO_PARENT, shown=False),
        aliases=("Parent", "Parent Category", "Parent Title"),
        help=gettext_lazy("Name of the category above, anywhere in the file. Counts where both others are blank."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Category
        fields = ("id", "name", "code", "parent_id", "parent_code", "parent_name")

    def for_export(self, rows: models.QuerySet[Category]) -> models.QuerySet[Category]:
        """Load the parents with the rows."""
        return rows.select_related("parent").order_by("pk")


class ProductTaxCodeResource(PlainResource):
    """One row is one tax code of products."""

    identities = (Identity(("id",), must_exist=True), Identity(("code",)))

    id = id_column("Tax Code Id")
    code = Column(
        "Code",
        "code",
        aliases=("Tax code", "Product Tax Code"),
        sample="BOOKS",
        help=gettext_lazy("The code tax rules refer to; no two tax codes share one."),
    )
    description = Column(
        "Description", "description", sample="Printed matter", help=gettext_lazy("For what it is, in words.")
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = ProductTaxCode
        fields = ("id", "code", "description")


class WarehouseResource(PlainResource):
    """One row is one warehouse."""

    identities = (Identity(("id",), must_exist=True), Identity(("code",)))

    id = id_column("Warehouse Id")
    code = Column(
        "Code",
        "code",
        aliases=("Warehouse", "Warehouse Code"),
        sample="WAW",
        help=gettext_lazy("How files and connectors name it."),
    )
    name = Column("Name", "name", aliases=("Warehouse Name",), sample="Warsaw", help=gettext_lazy("What people read."))
    country = Column(
        "Country", "country", aliases=("Country ISO2 code",), sample="PL", help=gettext_lazy("Two letters, such as PL.")
    )
    is_active = Column(
        "Active",
        "is_active",
        widget=FlagWidget(),
        aliases=("Enabled",),
        sample="1",
        help=gettext_lazy("Yes or no: nothing is booked in one that is not active."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Warehouse
        fields = ("id", "code", "name", "country", "is_active")


class CurrenciesWidget(ListWidget):
    """Codes of currencies in capitals, divided by `;`."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str] | None:  # type: ignore[override]
        """Return the codes in their order, None for a blank cell; raises ValueError for one that stands there twice."""
        codes = [code.upper() for code in super().clean(value, row, **kwargs) or []]
        if problem := doubled(codes):
            raise ValueError(problem)
        return codes or None


class PriceListResource(PlainResource):
    """One row is one price list; its prices are a file of their own."""

    identities = (Identity(("id",), must_exist=True), Identity(("name",)))

    id = id_column("Price List Id")
    name = Column(
        "Name",
        "name",
        aliases=("Price List", "Price List Name"),
        sample="Retail",
        help=gettext_lazy("What it is called; no two lists share a name."),
    )
    currencies = Column(
        "Currencies",
        "currencies",
        widget=CurrenciesWidget(),
        aliases=("Currency",),
        sample="EUR;PLN",
        help=gettext_lazy("Codes divided by “;”. One that has prices cannot be left out."),
    )
    is_active = Column(
        "Active",
        "is_active",
        widget=FlagWidget(),
        aliases=("Enabled",),
        sample="1",
        help=gettext_lazy("Yes or no: a list that is not active gives no prices."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = PriceList
        fields = ("id", "name", "currencies", "is_active")
