"""How rows of an inventory file are understood, judged and booked, all of them at once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models.stock import LIMIT, TOO_MUCH
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.sql import Names, execute, fetch, literal
from foundation.transfers.options import CLEAR, Strategy

NO_UNIT_OF_PRODUCT = gettext_lazy("The specified Unit Precision has not been found in the system")
WHICH_WAREHOUSE = gettext_lazy("Say in which warehouse: there is none in use, or there are several.")
CLOSED = gettext_lazy("The warehouse “%(name)s” is closed.")
SEVERAL_STATUSES = gettext_lazy("Multiple products found having different Inventory Status")
LEVEL = "(s.product_id, s.warehouse_id, s.unit_id) = (r.product_id, r.warehouse_id, r.unit_id)"


def key_of(number: int) -> str:
    """What the keys of an import's movements begin with."""
    return f"import:{number}:"


# --- what a row means -------------------------------------------------------------------------------------------------

# What people call a unit, singular or plural, where it is no unit's code and only one is called so.
WORDS = """
    SELECT w.word, min(w.code) AS code
    FROM (SELECT lower(name) AS word, code FROM catalog_unit UNION SELECT lower(plural), code FROM catalog_unit) w
    WHERE w.word NOT IN (SELECT lower(code) FROM catalog_unit) GROUP BY w.word HAVING count(*) = 1
"""
PRIMARY = """
    SELECT u.code FROM catalog_product p JOIN catalog_unit u ON u.id = p.unit_id
    WHERE lower(p.sku) = lower(f.{sku}) AND p.sku <> ''
"""
ONLY = "SELECT min(w.code) FROM catalog_warehouse w WHERE w.is_active HAVING count(*) = 1"


def complete(names: Names, layout: Layout) -> None:
    """Blank cells get the primary unit and the only warehouse; rows without a quantity name neither."""
    _blank_cleared(names, layout)
    unit, warehouse = layout.named("Unit"), layout.named("Warehouse")
    sku, quantity = layout.named("SKU"), layout.named("Quantity")
    if unit is None or warehouse is None:
        return
    if quantity is None or sku is None:
        execute(f"UPDATE {names.raw} SET {unit.name} = NULL, {warehouse.name} = NULL")
        return
    _complete_levels(names, sku, quantity.raw, unit, warehouse)


def _blank_cleared(names: Names, layout: Layout) -> None:
    """There is nothing that could be taken away from a product or a level: such cells say nothing."""
    cells = [cell.name for cell in layout.cells]
    emptied = ", ".join(f"{cell} = nullif({cell}, {literal(CLEAR)})" for cell in cells)
    execute(f"UPDATE {names.raw} SET {emptied} WHERE {literal(CLEAR)} IN ({', '.join(cells)})")


def _complete_levels(names: Names, sku: Cell, quantity: str, unit: Cell, warehouse: Cell) -> None:
    """One pass, which writes only the rows that become others."""
    said, place = unit.raw, warehouse.raw
    execute(f"""
        WITH words AS MATERIALIZED ({WORDS})
        UPDATE {names.raw} f SET
            {unit.name} = CASE
                WHEN {quantity} IS NULL THEN NULL
                WHEN {said} IS NULL THEN ({PRIMARY.format(sku=sku.name)})
                ELSE coalesce((SELECT code FROM words WHERE word = lower({said})), {said}) END,
            {warehouse.name} = CASE WHEN {quantity} IS NOT NULL THEN coalesce({place}, ({ONLY})) END
        WHERE CASE WHEN {quantity} IS NULL THEN {said} IS NOT NULL OR {place} IS NOT NULL
                   ELSE {said} IS NULL OR {place} IS NULL OR lower({said}) IN (SELECT word FROM words) END
    """)


# --- what is wrong ----------------------------------------------------------------------------------------------------


def judge(names: Names, layout: Layout) -> None:
    """Round to the decimals of the units, and write down what does not go together."""
    quantity, unit, warehouse = layout.named("Quantity"), layout.named("Unit"), layout.named("Warehouse")
    status = layout.named("Inventory Status")
    if quantity is not None:
        _round(names, status)
        _refuse(names, quantity, "too_much", literal(str(TOO_MUCH)), f"WHERE r.quantity >= {LIMIT}")
    if unit is not None:
        _judge_units(names, unit)
    if warehouse is not None:
        _judge_warehouses(names, warehouse)
    if status is not None:
        _judge_statuses(names, layout, status)
    _settle_nothing(names, status)


def _round(names: Names, status: Cell | None) -> None:
    """A quantity has as many decimals as its unit, unless it is the very level, which may be older than the unit."""
    decimals = "coalesce(u.precision, p.unit_precision)"
    execute(f"""
        UPDATE {names.rows} r SET quantity = fine.quantity, _state = CASE
            WHEN r._state = 'changed' AND fine.quantity = fine.level AND fine.is_same THEN 'unchanged' ELSE r._state END
        FROM (
            SELECT r._line, round(r.quantity, {decimals}) AS quantity, s.quantity AS level, {_same(status)} AS is_same
            FROM {names.rows} r JOIN {names.raw} f ON f._line = r._line JOIN catalog_product p ON p.id = r.product_id
            LEFT JOIN catalog_productunit u ON (u.product_id, u.unit_id) = (r.product_id, r.unit_id)
            LEFT JOIN catalog_stocklevel s ON {LEVEL}
            WHERE r.quantity <> trunc(r.quantity) AND r.unit_id IS NOT NULL
                AND r.quantity <> round(r.quantity, {decimals}) AND r.quantity IS DISTINCT FROM s.quantity
        ) fine WHERE fine._line = r._line
    """)


def _same(status: Cell | None) -> str:
    """SQL: the row says nothing of the status that the product `p` does not have."""
    return f"(f.{status.name} IS NULL OR p.inventory_status = r.inventory_status)" if status else "true"


def _refuse(names: Names, cell: Cell, code: str, said: str, rest: str) -> None:
    execute(f"""
        INSERT INTO {names.errors}
        SELECT r._line, {cell.number}, {literal(cell.column.column_name)}, coalesce(f.{cell.name}, ''),
               {literal(code)}, {said}
        FROM {names.rows} r JOIN {names.raw} f ON f._line = r._line {rest}
    """)


def _judge_units(names: Names, unit: Cell) -> None:
    allowed = "EXISTS (SELECT 1 FROM catalog_productunit u WHERE (u.product_id, u.unit_id) = (p.id, r.unit_id))"
    join = "JOIN catalog_product p ON p.id = r.product_id AND p.unit_id <> r.unit_id"
    _refuse(names, unit, "unit", literal(str(NO_UNIT_OF_PRODUCT)), f"{join} WHERE NOT {allowed}")


def _judge_warehouses(names: Names, warehouse: Cell) -> None:
    """One must be named where something is counted, and what is counted anew must lie in one that is open."""
    blank = f"WHERE r.quantity IS NOT NULL AND r.warehouse_id IS NULL AND f.{warehouse.name} IS NULL"
    _refuse(names, warehouse, "warehouse", literal(str(WHICH_WAREHOUSE)), blank)
    said = f"replace({literal(str(CLOSED))}, '%(name)s', w.name)"
    join = f"""JOIN catalog_warehouse w ON w.id = r.warehouse_id AND NOT w.is_active
        LEFT JOIN catalog_stocklevel s ON {LEVEL} WHERE r.quantity <> coalesce(s.quantity, 0)"""
    _refuse(names, warehouse, "closed", said, join)


def _judge_statuses(names: Names, layout: Layout, status: Cell) -> None:
    """A product has one status, whatever number of rows it has, looked at or known to be unchanged.

    Known rows say what the product has. So there are two where one is another than that, and the others of its product.
    """
    filled = f"JOIN {names.raw} f ON f._line = l._line AND f.{status.name} IS NOT NULL"
    known = "s.record IS NOT NULL" if layout.options.strategy != Strategy.ADD else "false"
    execute(f"""
        WITH other AS MATERIALIZED (
            SELECT DISTINCT l.product_id FROM {names.rows} l {filled} JOIN catalog_product p ON p.id = l.product_id
            WHERE l.inventory_status <> p.inventory_status
        ), said AS MATERIALIZED (
            SELECT l._line, l.product_id, l.inventory_status, f.{status.name} AS cell FROM {names.rows} l {filled}
            WHERE l.product_id IN (SELECT product_id FROM other) AND l.inventory_status IS NOT NULL
            UNION ALL
            SELECT l._line, l.product_id, l.inventory_status, f.{status.name} FROM (
                SELECT s._line, v.product_id, v.inventory_status FROM {names.seen} s
                JOIN catalog_inventoryline v ON v.id = s.record
                WHERE {known} AND v.product_id IN (SELECT product_id FROM other)
            ) l {filled}
        )
        INSERT INTO {names.errors}
        SELECT _line, {status.number}, {literal(status.column.column_name)}, cell, 'statuses',
               {literal(str(SEVERAL_STATUSES))}
        FROM said WHERE product_id IN (
            SELECT product_id FROM said GROUP BY 1 HAVING min(inventory_status) <> max(inventory_status))
    """)


def _settle_nothing(names: Names, status: Cell | None) -> None:
    """Nothing of what never was there is what there is."""
    execute(f"""
        UPDATE {names.rows} r SET _state = 'unchanged' FROM {names.raw} f, catalog_product p
        WHERE f._line = r._line AND p.id = r.product_id AND r._state = 'new' AND r.quantity = 0 AND {_same(status)}
    """)


# --- booking ----------------------------------------------------------------------------------------------------------


def write(names: Names, layout: Layout, chosen: str) -> int:
    """Book the differences; return how many rows those are, with or without one."""
    actor = layout.options.actor
    execute(f"""
        INSERT INTO catalog_stockmovement (product_id, warehouse_id, unit_id, quantity, kind, key, note, booked_by_id)
        SELECT r.product_id, r.warehouse_id, r.unit_id, r.quantity - coalesce(s.quantity, 0), 'count',
               {literal(key_of(names.number))} || r._line, '', {literal(actor.pk if actor else None)}::bigint
        FROM {names.rows} r LEFT JOIN catalog_stocklevel s ON {LEVEL}
        WHERE {chosen} AND r.quantity <> coalesce(s.quantity, 0)
        ORDER BY r.product_id, r.warehouse_id, r.unit_id
    """)
    ((count,),) = fetch(f"SELECT count(*) FROM {names.rows} r WHERE {chosen}")
    return int(count)


def finish(names: Names, layout: Layout) -> None:
    """Set statuses; raises ValidationError where somebody else has booked at the same moment.

    The levels are ours by now: who booked meanwhile has come to an end, and shows.
    """
    written = "r._state IN ('new', 'changed')"
    # Counted, though one is enough: asked for one, the planner would look the levels up one by one.
    levels = f"{names.rows} r JOIN catalog_stocklevel s ON {LEVEL}"
    if fetch(f"SELECT count(*) FROM {levels} WHERE {written} AND s.quantity <> r.quantity")[0][0]:
        raise ValidationError(_("Stock was booked while the file was being imported."))
    if status := layout.named("Inventory Status"):
        execute(f"""
            UPDATE catalog_product p SET inventory_status = said.status FROM (
                SELECT DISTINCT r.product_id, r.inventory_status AS status
                FROM {names.rows} r JOIN catalog_product p ON p.id = r.product_id
                JOIN {names.raw} f ON f._line = r._line
                WHERE {written} AND p.inventory_status <> r.inventory_status AND f.{status.name} IS NOT NULL
            ) said WHERE p.id = said.product_id
        """)
