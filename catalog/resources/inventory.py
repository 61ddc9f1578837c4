"""Inventory as a file: levels per warehouse and unit, and the status of products. It takes both of Oro's templates.

A quantity is what there is; what is written is a movement of the difference, which an undo books back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import InventoryLine, Product, StockMovement, Unit, Warehouse
from catalog.resources import counting, taking_back
from catalog.resources.counting_by_row import CountingByRow
from catalog.resources.price import NotNegativeWidget
from catalog.resources.shared import OneOfWidget
from foundation.identity.models import User
from foundation.transfers.columns import Column
from foundation.transfers.declaration import Identity
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Blank, Options
from foundation.transfers.reports import TakenBack

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names

NO_PRODUCT = gettext_lazy("The specified Product has not been found in the system")
NO_UNIT = gettext_lazy("The specified Unit has not been found in the system")


def stock_lines(_actor: User | None) -> models.QuerySet[InventoryLine]:
    """Levels, and products that have none."""
    kept = StockMovement.objects.filter(product=models.OuterRef("product"))
    return InventoryLine.objects.filter(models.Q(warehouse__isnull=False) | ~models.Exists(kept))


def product_lines(_actor: User | None) -> models.QuerySet[InventoryLine]:
    """Products alone, whatever is kept of them."""
    return InventoryLine.objects.filter(warehouse__isnull=True)


class StatusWidget(OneOfWidget):
    """A status by its code or label."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the code, None for a blank cell."""
        try:
            return super().clean(value, row, **kwargs)
        except ValueError as error:
            raise ValueError(_("The specified Inventory Status has not been found in the system")) from error


def status_column(sample: str) -> Column:
    """The status of the product."""
    return Column(
        "Inventory Status",
        "inventory_status",
        widget=StatusWidget(Product.InventoryStatus),
        aliases=("inventory_status.id", "Status"),
        sample=sample,
        help=gettext_lazy("In Stock, Out of Stock or Discontinued, or the code. Blank: as it is."),
    )


class InventoryResource(CountingByRow):
    """One row is a level, or without a quantity the status of a product."""

    identities = (Identity(("product", "warehouse", "unit"), required=("product",)),)
    required = {"product": gettext_lazy("SKU should not be blank.")}
    completed: ClassVar[tuple[str, ...]] = ("Unit", "Warehouse")
    repeatable = ("quantity",)
    keys_from = "catalog_stocklevel"
    written_as = (f"LEFT JOIN catalog_stocklevel s ON {counting.LEVEL}", "coalesce(s.id, r.id)")

    product = Column(
        "SKU",
        "product",
        widget=LookupWidget(Product, "sku", missing=NO_PRODUCT),
        aliases=("Product SKU",),
        sample="NW-1001",
        help=gettext_lazy("The product's number, upper or lower case."),
    )
    name = Column(
        "Product",
        None,
        readonly=True,
        aliases=("Product Name",),
        export="product__name",
        help=gettext_lazy("Its name, for the reader. Not read."),
    )
    inventory_status = status_column("In Stock")
    quantity = Column(
        "Quantity",
        "quantity",
        widget=NotNegativeWidget(digits=19, places=4),
        sample="420",
        help=gettext_lazy("What there is, not what came. Rounded to the unit's decimals. Blank: only the status."),
    )
    unit = Column(
        "Unit",
        "unit",
        widget=LookupWidget(Unit, "code", missing=NO_UNIT),
        aliases=("Unit Code",),
        sample="item",
        help=gettext_lazy("Code, name or plural. Blank: the primary unit."),
    )
    warehouse = Column(
        "Warehouse",
        "warehouse",
        widget=LookupWidget(Warehouse, "code"),
        aliases=("Warehouse Code",),
        sample="MAIN",
        oro=False,
        help=gettext_lazy("Code of a warehouse. Blank: the only one in use."),
    )

    class Meta(CountingByRow.Meta):
        abstract = False
        model = InventoryLine
        fields: tuple[str, ...] = ("product", "name", "inventory_status", "quantity", "unit", "warehouse")

    def taken_by(self, options: Options) -> Options:
        """A product always has a status, and a level a quantity: a blank cell takes nothing away."""
        return replace(options, blank=Blank.KEEP)

    def complete(self, names: Names, layout: Layout) -> list[str]:
        """Say in every row which unit and which warehouse it means."""
        counting.complete(names, layout)
        return []

    def judge(self, names: Names, layout: Layout) -> None:
        """Units, warehouses and statuses that do not go together."""
        counting.judge(names, layout)

    def write(self, names: Names, layout: Layout, chosen: str) -> int:
        """Book the differences."""
        return counting.write(names, layout, chosen)

    def written(self, names: Names, layout: Layout) -> None:
        """Set the statuses, unless somebody has booked meanwhile."""
        counting.finish(names, layout)

    def undo(self, number: int, actor: User | None) -> int:
        """Book back what an import has booked."""
        return taking_back.take_back(number, actor)

    def undo_books(self, number: int) -> TakenBack:
        """How many bookings would be taken back, and where less than nothing would be left."""
        return taking_back.forecast(number)

    def for_export(self, rows: models.QuerySet[InventoryLine]) -> models.QuerySet[InventoryLine]:
        """Load with the rows what the columns name."""
        return rows.select_related("product", "unit", "warehouse").order_by("pk")


class InventoryStatusResource(InventoryResource):
    """One row is the status of one product."""

    completed = ()

    inventory_status = status_column("Out of Stock")

    class Meta(InventoryResource.Meta):
        fields = ("product", "name", "inventory_status")
