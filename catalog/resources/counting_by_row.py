"""Inventory row by row: the measure of counting.py, which must leave the same levels and say the same."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import uuid4

from catalog.models import InventoryLine, Product, StockLevel, Unit, Warehouse
from catalog.models.stock import LIMIT, TOO_MUCH
from catalog.resources.counting import CLOSED, NO_UNIT_OF_PRODUCT, SEVERAL_STATUSES, WHICH_WAREHOUSE
from catalog.services.stock import stock_count
from foundation.changes.refusals import refusals
from foundation.transfers.options import CLEAR
from foundation.transfers.plain import PlainResource
from foundation.transfers.plain.plan import LINE

Row = dict[str, Any]


class CountingByRow(PlainResource):
    """The part of the inventory's resource that takes one row after the other."""

    class Meta(PlainResource.Meta):
        abstract = True

    # --- what a row means ---------------------------------------------------------------------------------------------

    def rewritten(self, rows: list[Row]) -> list[Row]:
        """Fill blank cells, and remember what was before the first row."""
        self._has_levels = {"SKU", "Quantity"} <= set(self._present) and bool(self.completed)
        self._present += [name for name in self.completed if name not in self._present]
        self._statuses = dict(Product.objects.values_list("pk", "inventory_status"))
        self._several: set[int] | None = None
        return [self._completed(row) for row in super().rewritten(rows)]

    def _completed(self, row: Row) -> Row:
        row = {name: "" if cell == CLEAR else cell for name, cell in row.items()}
        row |= {name: row.get(name) or "" for name in self.completed}
        if not self._has_levels or not row["Quantity"]:
            return row | dict.fromkeys(self.completed, "")
        product = Product.objects.filter(sku__iexact=row["SKU"]).exclude(sku="").first()
        primary = product.unit.code if product else ""
        return row | {
            "Unit": _unit_code(row["Unit"]) if row["Unit"] else primary,
            "Warehouse": row["Warehouse"] or _only_warehouse(),
        }

    def import_instance(self, instance: Any, row: Row, **kwargs: Any) -> None:
        """Fill the line from the row, and round what was counted as its unit is."""
        try:
            super().import_instance(instance, row, **kwargs)
        finally:
            if instance.quantity is not None and instance.unit_id and instance.product_id:
                instance.quantity = _rounded(instance)

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def _problems(self, line: InventoryLine, row: Row, wrong: set[str]) -> dict[str, list[str]]:
        """What does not go together, by field."""
        found = defaultdict(list)
        if row[LINE] in self._in_conflict():
            found["inventory_status"].append(str(SEVERAL_STATUSES))
        if line.product_id and line.unit_id and not _is_unit_of(line):
            found["unit"].append(str(NO_UNIT_OF_PRODUCT))
        if line.quantity is None or "quantity" in wrong:
            return found
        if line.quantity >= LIMIT:
            found["quantity"].append(str(TOO_MUCH))
        if not row["Warehouse"]:
            found["warehouse"].append(str(WHICH_WAREHOUSE))
        elif line.warehouse and not line.warehouse.is_active and line.quantity != _level(line):
            found["warehouse"].append(str(CLOSED) % {"name": line.warehouse.name})
        return found

    def _in_conflict(self) -> set[int]:
        """Lines whose product has another status on another line."""
        if self._several is None:
            said: dict[int, dict[int, str]] = defaultdict(dict)
            for row in self.plan.in_order():
                product, status = (self.plan.value_after(name, row) for name in ("product", "inventory_status"))
                if row.get("Inventory Status") and product and status and not self.plan.is_left(row[LINE]):
                    said[product][row[LINE]] = status
            several = (lines for lines in said.values() if len(set(lines.values())) > 1)
            self._several = {line for lines in several for line in lines}
        return self._several

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """The same, row by row."""
        errors = dict(import_validation_errors or {})
        for name, said in self._found.items():
            errors[name] = [*errors.get(name, []), *said]
        super().validate_instance(instance, errors, validate_unique)

    # --- booking ------------------------------------------------------------------------------------------------------

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Nothing to book and no other status than before the file."""
        self._found = self._problems(instance, row, set(import_validation_errors or {}))
        if self._found or import_validation_errors:
            return False
        former = self._statuses.get(instance.product_id)
        says_nothing = not row.get("Inventory Status") or instance.inventory_status == former
        self._is_regained = False
        return says_nothing and instance.quantity == (_level(instance) if instance.warehouse_id else None)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Set the status and book the difference."""
        with refusals():
            if row.get("Inventory Status"):
                others = Product.objects.filter(pk=instance.product_id).exclude(
                    inventory_status=instance.inventory_status
                )
                others.update(inventory_status=instance.inventory_status)
            if instance.quantity is not None:
                self._book(instance)
        self.plan.note_saved(row[LINE], instance)

    def _book(self, line: InventoryLine) -> None:
        assert line.warehouse is not None  # noqa: S101  (what is counted lies somewhere)
        assert line.quantity is not None  # noqa: S101
        stock_count(
            product=line.product,
            warehouse=line.warehouse,
            unit=line.unit,
            counted=line.quantity,
            key=f"import:by-row:{uuid4()}",
            actor=self.options.actor,
        )


def _unit_code(text: str) -> str:
    """The code of the unit that people call so."""
    called = [u.code for u in Unit.objects.all() if text.lower() in (u.name.lower(), u.plural.lower())]
    is_code = Unit.objects.filter(code__iexact=text).exists()
    return called[0] if len(called) == 1 and not is_code else text


def _only_warehouse() -> str:
    codes = Warehouse.objects.filter(is_active=True).values_list("code", flat=True)
    return codes[0] if len(codes) == 1 else ""


def _level(line: InventoryLine) -> Decimal:
    """What lies there; zero where nothing ever did."""
    place = {"product": line.product_id, "warehouse": line.warehouse_id, "unit": line.unit_id}
    return StockLevel.objects.filter(**place).values_list("quantity", flat=True).first() or Decimal(0)


def _rounded(line: InventoryLine) -> Decimal:
    """As many decimals as the unit has, unless it is the very level, which may be older than the unit."""
    assert line.quantity is not None  # noqa: S101  (asked for lines with one)
    if line.warehouse_id and line.quantity == _level(line):
        return line.quantity
    further = line.product.units.filter(unit=line.unit_id).first()
    decimals = further.precision if further else line.product.unit_precision
    return line.quantity.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _is_unit_of(line: InventoryLine) -> bool:
    return line.unit_id == line.product.unit_id or line.product.units.filter(unit=line.unit_id).exists()
