"""How much there is of a product, in its primary unit; which products run low or lie below zero."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    DecimalField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from catalog.models import Product, ProductUnit, StockLevel, StockMovement, Warehouse

QUANTITY: DecimalField[Any, Any] = DecimalField(max_digits=30, decimal_places=10)
ZERO = Decimal(0)


def levels_in_primary(rows: QuerySet[StockLevel] | None = None) -> QuerySet[Any]:
    """Annotate `in_primary`: the level counted in the product's primary unit."""
    rate = ProductUnit.objects.filter(product=OuterRef("product"), unit=OuterRef("unit")).values("conversion_rate")
    counted = ExpressionWrapper(F("quantity") * Subquery(rate), output_field=QUANTITY)
    same = When(unit=F("product__unit"), then=F("quantity"))
    rows = StockLevel.objects.all() if rows is None else rows
    return rows.annotate(in_primary=Case(same, default=counted, output_field=QUANTITY))


def _total(product: str) -> Any:
    """Everything there is of a product, over all warehouses."""
    found = levels_in_primary().filter(product=OuterRef(product)).order_by().values("product")
    total = found.annotate(total=Sum("in_primary")).values("total")
    return Coalesce(Subquery(total, output_field=QUANTITY), Value(ZERO), output_field=QUANTITY)


def low(rows: QuerySet[Any], product: str = "") -> QuerySet[Any]:
    """Rows whose product has no more than it should; `product` is the path to it, such as `product__`."""
    rows = rows.filter(**{f"{product}low_stock_at__isnull": False}).annotate(stock_total=_total(f"{product}pk"))
    return rows.filter(stock_total__lte=F(f"{product}low_stock_at"))


def below_zero(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Products with less than nothing somewhere (an index knows them)."""
    return rows.filter(pk__in=StockLevel.objects.filter(quantity__lt=0).order_by().values("product"))


def without_stock(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Products of which nothing lies anywhere."""
    return rows.filter(~Exists(StockLevel.objects.filter(product=OuterRef("pk"), quantity__gt=0)))


def in_warehouse(rows: QuerySet[Product], warehouse: int) -> QuerySet[Product]:
    """Products that have been kept in a warehouse and are not gone from it."""
    there = StockLevel.objects.filter(product=OuterRef("pk"), warehouse=warehouse).exclude(quantity=0)
    return rows.filter(Exists(there))


def with_levels(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Fetch the levels along, as `levels`, in one more question."""
    levels = levels_in_primary().select_related("warehouse", "unit").order_by("warehouse__code", "unit__code")
    return rows.prefetch_related(Prefetch("stock", queryset=levels, to_attr="levels"))


@dataclass
class Holding:
    """What one warehouse has of a product: in the primary unit, and in each unit it is kept in."""

    warehouse: Warehouse
    total: Decimal = ZERO
    levels: list[StockLevel] = field(default_factory=list)

    @property
    def is_below_zero(self) -> bool:
        """Whether any unit of it is short."""
        return any(level.quantity < 0 for level in self.levels)


def holdings(levels: Iterable[Any]) -> list[Holding]:
    """Add levels up per warehouse."""
    found: dict[int, Holding] = {}
    for level in levels:
        holding = found.setdefault(level.warehouse_id, Holding(level.warehouse))
        holding.total += level.in_primary or ZERO
        holding.levels.append(level)
    return list(found.values())


def is_low(product: Product, total: Decimal) -> bool:
    """Whether a product has no more than it should."""
    return product.low_stock_at is not None and total <= product.low_stock_at


def running_totals(movements: list[StockMovement]) -> dict[int, Decimal]:
    """What the level was after each of these movements of one product, by key: one walk through its history."""
    if not movements:
        return {}
    keys = [movement.pk for movement in movements]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, total FROM (
                SELECT id, sum(quantity) OVER (PARTITION BY warehouse_id, unit_id ORDER BY id) AS total
                FROM catalog_stockmovement WHERE product_id = %s AND id <= %s
            ) h WHERE id = ANY(%s)
            """,
            [movements[0].product_id, max(keys), keys],
        )
        return dict(cursor.fetchall())
