"""Movements make the levels, are never changed, and take no level below zero unless their kind may.

A statement's movements are added up per product, warehouse and unit and put on the levels in the order of their keys,
so that two workers wait for each other and never lock crosswise. Who comes second sees what the first one left.
"""

from __future__ import annotations

import pgtrigger

from catalog.refusals import refuse
from catalog.triggers.units import allowed
from foundation.changes.rule_triggers import RuleTrigger, after_statement, planned_anew

# Orders that have been placed elsewhere are facts, and so is what is taken back: they may leave less than nothing.
MAY_FALL_BELOW = ("imported_order", "reversal")

FIND_UNIT = f"""
    SELECT coalesce(nullif(p.sku, ''), p.name) AS product, u.code AS unit FROM new_rows n
    JOIN catalog_product p ON p.id = n.product_id JOIN catalog_unit u ON u.id = n.unit_id
    WHERE p.unit_id <> n.unit_id AND NOT {allowed("n.product_id", "n.unit_id")} LIMIT 1
"""
# What a person or a program books is so exact as the unit; a count leads from what was there to what is there.
FIND_TOO_FINE = """
    SELECT p.name AS product, u.code AS unit, coalesce(f.precision, p.unit_precision) AS decimals FROM new_rows n
    JOIN catalog_product p ON p.id = n.product_id JOIN catalog_unit u ON u.id = n.unit_id
    LEFT JOIN catalog_productunit f ON f.product_id = n.product_id AND f.unit_id = n.unit_id
    WHERE n.kind IN ('receipt', 'issue', 'return')
        AND n.quantity <> round(n.quantity, coalesce(f.precision, p.unit_precision)) LIMIT 1
"""
ADD_UP = """
    INSERT INTO catalog_stocklevel AS s (product_id, warehouse_id, unit_id, quantity)
    SELECT product_id, warehouse_id, unit_id, sum(quantity) FROM new_rows
    GROUP BY product_id, warehouse_id, unit_id ORDER BY product_id, warehouse_id, unit_id
    ON CONFLICT (product_id, warehouse_id, unit_id) DO UPDATE
    SET quantity = s.quantity + EXCLUDED.quantity, version = s.version + 1
"""
FIND_BELOW = f"""
    SELECT p.name AS product, w.name AS warehouse, u.code AS unit, trim_scale(s.quantity)::text AS quantity
    FROM catalog_stocklevel s
    JOIN (
        SELECT product_id, warehouse_id, unit_id FROM new_rows
        WHERE quantity < 0 AND kind NOT IN {MAY_FALL_BELOW} GROUP BY 1, 2, 3
    ) n ON (n.product_id, n.warehouse_id, n.unit_id) = (s.product_id, s.warehouse_id, s.unit_id)
    JOIN catalog_product p ON p.id = s.product_id JOIN catalog_warehouse w ON w.id = s.warehouse_id
    JOIN catalog_unit u ON u.id = s.unit_id
    WHERE s.quantity < 0 ORDER BY s.id LIMIT 1
"""

# Whoever may empty the change ledger (tests do, between each other) may empty this one.
UNLESS_EMPTIED = """
    IF TG_OP = 'TRUNCATE' AND current_setting('hub.ledger_erasure', true) = 'on' THEN
        RETURN NULL;
    END IF;
"""

MOVEMENT_TRIGGERS = [
    after_statement(
        name="stock_movement_counts",
        operation=pgtrigger.Insert,
        culprit="record",
        func=f"""
    {planned_anew(FIND_UNIT, into="culprit")}
    IF culprit.product IS NOT NULL THEN
        {refuse("stock_unit_of_product", product="culprit.product", unit="culprit.unit")}
    END IF;
    {planned_anew(FIND_TOO_FINE, into="culprit")}
    IF culprit.product IS NOT NULL THEN
        {refuse("stock_fits_unit", **{n: f"culprit.{n}" for n in ("product", "unit", "decimals")})}
    END IF;
    {planned_anew(ADD_UP)}
    {planned_anew(FIND_BELOW, into="culprit")}
    IF culprit.product IS NOT NULL THEN
        {refuse("stock_not_below_zero", **{n: f"culprit.{n}" for n in ("product", "warehouse", "unit", "quantity")})}
    END IF;
    RETURN NULL;
    """,
    ),
    RuleTrigger(
        name="stock_movement_stays",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=f"""
    {UNLESS_EMPTIED}
    {refuse("stock_movements_stay")}
    """,
    ),
]
LEVEL_TRIGGERS = [
    RuleTrigger(
        name="stock_level_follows",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete | pgtrigger.Truncate,
        func=f"""
    {UNLESS_EMPTIED}
    IF pg_trigger_depth() < 2 THEN
        {refuse("stock_levels_follow")}
    END IF;
    RETURN NULL;
    """,
    ),
]
