"""Products as a file, in the headers of OroCommerce's product import: of the manual, and of the current template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from catalog.models import Category, Product, ProductTaxCode, Unit
from catalog.resources.kept_units import judge_units, unit_problem
from catalog.resources.shared import OneOfWidget
from foundation.transfers.columns import Column
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import DecimalWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NO_UNIT = gettext_lazy('Not found entity "Product Unit". Item data: {"code":"%(value)s"}.')
NO_CATEGORY = gettext_lazy("There is no category “%(value)s”. Correct the cell or create it first.")


def measure_column(header: str, attribute: str, places: int, help: StrOrPromise, *aliases: str) -> Column:
    """A weight or a length."""
    widget = DecimalWidget(digits=12, places=places)
    return Column(header, attribute, widget=widget, aliases=aliases, oro=False, help=help)


class ProductResource(PlainResource):
    """One row is one product; found by id, else by SKU."""

    identities = (Identity(("id",), must_exist=True), Identity(("sku",)))
    required = {
        "sku": gettext_lazy("SKU should not be blank."),
        "name": gettext_lazy("Product default name is blank"),
        "unit": gettext_lazy("This value should not be blank."),
    }

    id = Column(
        "Id",
        "id",
        readonly=True,
        aliases=("Product Id",),
        oro=False,
        help=gettext_lazy("Our number of the product, to give it another SKU. Blank: found by SKU, else new."),
    )
    sku = Column(
        "SKU",
        "sku",
        aliases=("Product SKU", "Product Number"),
        sample="NW-1002",
        help=gettext_lazy("The product's number, kept as text with its zeros; no two products share one."),
    )
    name = Column(
        "Name.default.value",
        "name",
        aliases=("names.default.value", "Name", "Product Name", "Product"),
        sample="Mulled wine 1 l",
        help=gettext_lazy("What it is called in the company's own language."),
    )
    status = Column(
        "Status",
        "status",
        widget=OneOfWidget(Product.Status),
        sample="enabled",
        help=gettext_lazy("enabled or disabled. Blank on a new product: enabled."),
    )
    type = Column(
        "Type",
        "type",
        widget=OneOfWidget(Product.Type),
        aliases=("Product Type",),
        sample="simple",
        help=gettext_lazy("simple, configurable or kit. Blank on a new product: simple."),
    )
    inventory_status = Column(
        "Inventory Status.Id",
        "inventory_status",
        widget=OneOfWidget(Product.InventoryStatus),
        aliases=("inventory_status.id", "Inventory Status"),
        sample="in_stock",
        help=gettext_lazy("in_stock, out_of_stock or discontinued, or what people read. Blank on a new one: in stock."),
    )
    unit = Column(
        "Unit of Quantity.Unit.Code",
        "unit",
        widget=LookupWidget(Unit, "code", missing=NO_UNIT),
        aliases=("primaryUnitPrecision.unit.code", "Unit Code", "Unit"),
        sample="item",
        help=gettext_lazy("Code of the primary unit, in which it is kept and priced."),
    )
    unit_precision = Column(
        "Unit of Quantity.Precision",
        "unit_precision",
        widget=DecimalWidget(digits=4, places=0),
        aliases=("primaryUnitPrecision.precision", "Precision"),
        sample="0",
        help=gettext_lazy("Decimals of its quantities, 0 to 4."),
    )
    category_id = Column(
        "Category.ID",
        "category",
        widget=LookupWidget(Category, "id", missing=NO_CATEGORY),
        help=gettext_lazy("Our number of the category."),
    )
    category_code = Column(
        "Category Code",
        "category",
        widget=LookupWidget(Category, "code", missing=NO_CATEGORY, shown=False),
        oro=False,
        help=gettext_lazy("Code of the category. Counts where Category.ID is blank."),
    )
    category = Column(
        "category.default.title",
        "category",
        widget=LookupWidget(Category, "name", missing=NO_CATEGORY, creatable=True, shown=False),
        aliases=("Category", "Category Name"),
        help=gettext_lazy("Name of one category; a new one is made where the import is told to. Counts after both."),
    )
    tax_code = Column(
        "Tax Code.Code",
        "tax_code",
        widget=LookupWidget(ProductTaxCode, "code"),
        aliases=("taxCode.code", "Tax Code", "Product Tax Code"),
        help=gettext_lazy("A product tax code that exists."),
    )
    ean = Column(
        "EAN",
        "ean",
        aliases=("GTIN", "Barcode", "EAN-13", "UPC"),
        sample="5901234123457",
        oro=False,
        help=gettext_lazy("8, 12, 13 or 14 digits; the last one is checked."),
    )
    vat_rate = Column(
        "VAT rate",
        "vat_rate",
        widget=DecimalWidget(digits=5, places=2),
        aliases=("VAT", "Tax rate"),
        sample="23.00",
        oro=False,
        help=gettext_lazy("Per cent, 0 to 100."),
    )
    weight = measure_column("Weight", "weight", 3, gettext_lazy("Kilograms of one primary unit."), "Weight (kg)")
    length = measure_column("Length", "length", 2, gettext_lazy("Centimetres."), "Length (cm)")
    width = measure_column("Width", "width", 2, gettext_lazy("Centimetres."), "Width (cm)")
    height = measure_column("Height", "height", 2, gettext_lazy("Centimetres."), "Height (cm)")
    low_stock_at = measure_column(
        "Low Stock At",
        "low_stock_at",
        4,
        gettext_lazy("With no more than this the product counts as low."),
        "Low Inventory Threshold",
        "lowInventoryThreshold.value",
        "Reorder Level",
    )
    short_description = Column(
        "Short Description.default.value",
        "short_description",
        aliases=("shortDescriptions.default.value", "Short Description"),
        help=gettext_lazy("A sentence about it."),
    )
    description = Column(
        "Description.default.value",
        "description",
        aliases=("descriptions.default.value", "Description"),
        help=gettext_lazy("All about it."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = Product
        fields = (
            *("id", "sku", "name", "status", "type", "inventory_status", "unit", "unit_precision", "category_id"),
            *("category_code", "category", "tax_code", "ean", "vat_rate", "weight", "length", "width", "height"),
            *("low_stock_at", "short_description", "description"),
        )

    def for_export(self, rows: models.QuerySet[Product]) -> models.QuerySet[Product]:
        """Load with the rows what the columns name."""
        return rows.select_related("unit", "category", "tax_code").order_by("pk")

    def judge(self, names: Names, layout: Layout) -> None:
        """What triggers say of another primary unit, before they have to."""
        judge_units(names, layout)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The same, row by row."""
        super().validate_instance(instance, import_validation_errors, validate_unique)
        if said := unit_problem(instance):
            raise ValidationError({"unit": said})
