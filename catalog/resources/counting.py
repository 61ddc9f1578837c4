"""How rows of an inventory file are understood, judged and booked, all of them at once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.identity.models import User
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.sql import Names, execute, fetch, literal
from foundation.transfers.options import CLEAR

LEVEL = "(s.product_id, s.warehouse_id, s.unit_id) = (r.product_id, r.warehouse_id, r.unit_id)"


def key_of(number: int) -> str:
    """What the keys of an import's movements begin with."""
    return f"import:{number}:"


# --- what a row means -------------------------------------------------------------------------------------------------


def complete(names: Names, layout: Layout) -> None:
    """Blank cells get the primary unit and the only warehouse; rows without a quantity name neither."""
    cells = {str(cell.column.column_name): cell for cell in layout.cells}
    sku, unit, warehouse = cells.get("SKU"), cells["Unit"].name, cells["Warehouse"].name
    for cell in cells.values():
        execute(f"UPDATE {names.raw} SET {cell.name} = NULL WHERE {cell.name} = {literal(CLEAR)}")
    quantity = cells.get("Quantity")
    if quantity is None or sku is None:
        execute(f"UPDATE {names.raw} SET {unit} = NULL, {warehouse} = NULL")
    else:
        _complete_levels(names, quantity, sku, unit, warehouse)
    status = cells.get("Inventory Status")
    if status and sku and layout.options.blank == "clear":  # a product always has a status
        execute(f"""
            UPDATE {names.raw} f SET {status.name} = p.inventory_status FROM catalog_product p
            WHERE f.{status.name} IS NULL AND lower(p.sku) = lower(f.{sku.name}) AND p.sku <> ''
        """)


def _complete_levels(names: Names, quantity: Cell, sku: Cell, unit: str, warehouse: str) -> None:
    execute(f"UPDATE {names.raw} SET {unit} = NULL, {warehouse} = NULL WHERE {quantity.name} IS NULL")
    execute(f"""
        UPDATE {names.raw} f SET {unit} = u.code FROM catalog_unit u
        WHERE lower(f.{unit}) IN (lower(u.name), lower(u.plural))
            AND NOT EXISTS (SELECT 1 FROM catalog_unit c WHERE lower(c.code) = lower(f.{unit}))
    """)
    execute(f"""
        UPDATE {names.raw} f SET {unit} = u.code FROM catalog_product p JOIN catalog_unit u ON u.id = p.unit_id
        WHERE f.{unit} IS NULL AND f.{quantity.name} IS NOT NULL AND lower(p.sku) = lower(f.{sku.name}) AND p.sku <> ''
    """)
    execute(f"""
        UPDATE {names.raw} f SET {warehouse} = (SELECT min(w.code) FROM catalog_warehouse w WHERE w.is_active)
        WHERE f.{warehouse} IS NULL AND f.{quantity.name} IS NOT NULL
            AND (SELECT count(*) FROM catalog_warehouse w WHERE w.is_active) = 1
    """)


# --- what is wrong ----------------------------------------------------------------------------------------------------


def judge(names: Names, layout: Layout) -> None:
    """Write down what does not go together."""
    unit, warehouse = layout.named("Unit"), layout.named("Warehouse")
    level = "r.quantity IS NOT NULL AND r._state <> 'unchanged'"
    if unit is not None:
        allowed = "EXISTS (SELECT 1 FROM catalog_productunit u WHERE (u.product_id, u.unit_id) = (p.id, r.unit_id))"
        said = _("The specified Unit Precision has not been found in the system")
        join = "JOIN catalog_product p ON p.id = r.product_id AND p.unit_id <> r.unit_id"
        _refuse(names, unit, "unit", literal(said), f"{join} WHERE NOT {allowed}")
    if warehouse is not None:
        several = _("Say in which warehouse: there is none in use, or there are several.")
        blank = f"WHERE {level} AND r.warehouse_id IS NULL AND f.{warehouse.name} IS NULL"
        _refuse(names, warehouse, "warehouse", literal(several), blank)
        closed = literal(_("The warehouse “%(name)s” is closed.") % {"name": "%(name)s"})
        join = f"JOIN catalog_warehouse w ON w.id = r.warehouse_id AND NOT w.is_active WHERE {level}"
        _refuse(names, warehouse, "closed", f"replace({closed}, '%(name)s', w.name)", join)
    if status := layout.named("Inventory Status"):
        _judge_statuses(names, status)
    _settle_nothing(names, layout.named("Inventory Status"))


def _refuse(names: Names, cell: Cell, code: str, said: str, rest: str) -> None:
    execute(f"""
        INSERT INTO {names.errors}
        SELECT r._line, {cell.number}, {literal(cell.column.column_name)}, coalesce(f.{cell.name}, ''),
               {literal(code)}, {said}
        FROM {names.rows} r JOIN {names.raw} f ON f._line = r._line {rest}
    """)


def _judge_statuses(names: Names, status: Cell) -> None:
    """A product has one status, whatever number of rows it has."""
    said = _("Multiple products found having different Inventory Status")
    _refuse(
        names,
        status,
        "statuses",
        literal(said),
        f"""WHERE f.{status.name} IS NOT NULL AND r.product_id IN (
            SELECT o.product_id FROM {names.rows} o JOIN {names.raw} g ON g._line = o._line
            WHERE g.{status.name} IS NOT NULL GROUP BY 1 HAVING count(DISTINCT o.inventory_status) > 1)""",
    )


def _settle_nothing(names: Names, status: Cell | None) -> None:
    """Nothing of what never was there is what there is."""
    same = f"(f.{status.name} IS NULL OR p.inventory_status = r.inventory_status)" if status else "true"
    execute(f"""
        UPDATE {names.rows} r SET _state = 'unchanged' FROM {names.raw} f, catalog_product p
        WHERE f._line = r._line AND p.id = r.product_id AND r._state = 'new' AND r.quantity = 0 AND {same}
    """)


# --- booking ----------------------------------------------------------------------------------------------------------


def write(names: Names, layout: Layout, chosen: str) -> int:
    """Set statuses, book the differences; raises ValidationError where somebody else books at the same moment."""
    if status := layout.named("Inventory Status"):
        execute(f"""
            UPDATE catalog_product p SET inventory_status = said.status FROM (
                SELECT DISTINCT r.product_id, r.inventory_status AS status
                FROM {names.rows} r JOIN {names.raw} f ON f._line = r._line
                WHERE {chosen} AND f.{status.name} IS NOT NULL
            ) said WHERE p.id = said.product_id AND p.inventory_status <> said.status
        """)
    actor = layout.options.actor
    execute(f"""
        INSERT INTO catalog_stockmovement (product_id, warehouse_id, unit_id, quantity, kind, key, note, booked_by_id)
        SELECT r.product_id, r.warehouse_id, r.unit_id, r.quantity - coalesce(s.quantity, 0), 'count',
               {literal(key_of(names.number))} || r._line, '', {literal(actor.pk if actor else None)}::bigint
        FROM {names.rows} r LEFT JOIN catalog_stocklevel s ON {LEVEL}
        WHERE {chosen} AND r.quantity <> coalesce(s.quantity, 0)
        ORDER BY r.product_id, r.warehouse_id, r.unit_id
    """)
    # The levels are ours now: who booked meanwhile has come to an end, and shows.
    levels = f"{names.rows} r JOIN catalog_stocklevel s ON {LEVEL}"
    if fetch(
        f"SELECT 1 FROM {levels} WHERE {chosen} AND s.quantity <> r.quantity LIMIT 1"
    ):  # the levels are ours now: who booked meanwhile has come to an end
        raise ValidationError(_("Stock was booked while the file was being imported."))
    ((count,),) = fetch(f"SELECT count(*) FROM {names.rows} r WHERE {chosen}")
    return int(count)


def take_back(number: int, actor: User | None) -> int:
    """Book the opposite of what an import has booked; return how many movements that were."""
    return execute(f"""
        INSERT INTO catalog_stockmovement (product_id, warehouse_id, unit_id, quantity, kind, key, note, booked_by_id)
        SELECT m.product_id, m.warehouse_id, m.unit_id, -m.quantity, 'reversal', 'undo:' || m.key, '',
               {literal(actor.pk if actor else None)}::bigint
        FROM catalog_stockmovement m WHERE m.key LIKE {literal(key_of(number) + "%")}
        ORDER BY m.product_id, m.warehouse_id, m.unit_id ON CONFLICT (key) DO NOTHING
    """)
