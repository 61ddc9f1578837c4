"""Further units of products, and their names in other languages: one row for each.

OroCommerce has them as blocks of numbered columns in the products' file. Such a file can be read here as well: what its
first block holds is known by its headers, what the others hold by a profile that maps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy

from catalog.models import ProductName, ProductUnit
from catalog.resources.shared import sku_column, unit_column
from foundation.transfers.columns import Column
from foundation.transfers.declaration import Identity
from foundation.transfers.engine.sql import Names, execute, literal
from foundation.transfers.plain import PlainResource
from foundation.transfers.widgets import DecimalWidget, FlagWidget

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout

DIFFERS = gettext_lazy("This is the product's primary unit already.")


class ProductUnitResource(PlainResource):
    """One row is one further unit of a product; found by both."""

    identities = (Identity(("product", "unit")),)

    product = sku_column("SKU", "Product SKU", "Product Number")
    unit = unit_column("additionalUnitPrecisions:0:unit:code", "Additional Units.0.Unit.Code", "Unit", sample="box")
    precision = Column(
        "Precision",
        "precision",
        widget=DecimalWidget(digits=4, places=0),
        aliases=("additionalUnitPrecisions:0:precision", "Additional Units.0.Precision"),
        sample="0",
        help=gettext_lazy("Decimals of its quantities, 0 to 4."),
    )
    conversion_rate = Column(
        "Conversion Rate",
        "conversion_rate",
        widget=DecimalWidget(digits=14, places=6),
        aliases=("additionalUnitPrecisions:0:conversionRate", "Additional Units.0.Conversion Rate"),
        sample="6",
        help=gettext_lazy("How many of the primary unit one of it is."),
    )
    is_sold = Column(
        "Sell",
        "is_sold",
        widget=FlagWidget(),
        aliases=("additionalUnitPrecisions:0:sell", "Additional Units.0.Sell"),
        sample="1",
        help=gettext_lazy("Yes or no: whether it is sold in this unit."),
    )

    class Meta(PlainResource.Meta):
        abstract = False
        model = ProductUnit
        fields = ("product", "unit", "precision", "conversion_rate", "is_sold")

    def for_export(self, rows: models.QuerySet[ProductUnit]) -> models.QuerySet[ProductUnit]:
        """Load with the rows what the columns name."""
        return rows.select_related("product", "unit").order_by("pk")

    def judge(self, names: Names, layout: Layout) -> None:
        """A further unit is not the primary one."""
        cell = layout.cells_of("unit")[0] if layout.cells_of("unit") else None
        if cell is None:
            return
        execute(f"""
            INSERT INTO {names.errors}
            SELECT r._line, {cell.number}, {literal(cell.column.column_name)}, coalesce(f.{cell.name}, ''),
                   'product_unit_differs', {literal(str(DIFFERS))}
            FROM {names.rows} r JOIN catalog_product p ON p.id = r.product_id AND p.unit_id = r.unit_id
            JOIN {names.raw} f ON f._line = r._line
        """)


class ProductNameResource(PlainResource):
    """One row is one name of a product in one language; found by product and language."""

    identities = (Identity(("product", "language")),)

    product = sku_column("SKU", "Product SKU", "Product Number")
    language = Column(
        "Language", "language", aliases=("Localization",), sample="de", help=gettext_lazy("A code such as de or pt-BR.")
    )
    name = Column("Name", "name", aliases=("Product Name",), sample="Glühwein 1 l", help=gettext_lazy("Its name."))

    class Meta(PlainResource.Meta):
        abstract = False
        model = ProductName
        fields = ("product", "language", "name")

    def for_export(self, rows: models.QuerySet[ProductName]) -> models.QuerySet[ProductName]:
        """Load the products with the rows."""
        return rows.select_related("product").order_by("pk")
