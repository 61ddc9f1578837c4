"""A product's primary unit is no further one, and no unit goes while prices or stock are in it.

The second is looked at when the transaction ends: a form may make the former primary unit a further one, and a product
that is deleted takes its prices and its units along in any order.
"""

from __future__ import annotations

import pgtrigger

from catalog.refusals import refuse
from foundation.changes.rule_triggers import RuleTrigger, after_statement, planned_anew

IN_USE = ("catalog_price", "catalog_stocklevel")

FIND_DOUBLE = """
    SELECT p.name AS product, u.code AS unit FROM new_rows n
    JOIN catalog_product p ON p.id = n.{product}
    JOIN catalog_productunit f ON f.product_id = p.id AND f.unit_id = p.unit_id
    JOIN catalog_unit u ON u.id = p.unit_id LIMIT 1
"""


def _differs(name: str, operation: pgtrigger.Operation, product: str) -> RuleTrigger:
    return after_statement(
        name=name,
        operation=operation,
        culprit="record",
        func=f"""
    {planned_anew(FIND_DOUBLE.format(product=product), into="culprit")}
    IF culprit.product IS NOT NULL THEN
        {refuse("product_unit_differs", product="culprit.product", unit="culprit.unit")}
    END IF;
    RETURN NULL;
    """,
    )


def allowed(product: str, unit: str) -> str:
    """SQL: the unit is the product's primary one or a further one."""
    return f"""(EXISTS (SELECT 1 FROM catalog_product a WHERE a.id = {product} AND a.unit_id = {unit})
        OR EXISTS (SELECT 1 FROM catalog_productunit a WHERE a.product_id = {product} AND a.unit_id = {unit}))"""


def _stays(
    name: str, operation: pgtrigger.Operation, product: str, condition: pgtrigger.Condition | None = None
) -> RuleTrigger:
    same = f"x.product_id = {product} AND x.unit_id = OLD.unit_id"
    used = " OR ".join(f"EXISTS (SELECT 1 FROM {table} x WHERE {same})" for table in IN_USE)
    return RuleTrigger(
        name=name,
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        condition=condition,
        declare=[("culprit", "record")],
        func=f"""
    IF NOT {allowed(product, "OLD.unit_id")} AND ({used}) THEN
        SELECT p.name AS product, u.code AS unit INTO culprit
        FROM catalog_product p, catalog_unit u WHERE p.id = {product} AND u.id = OLD.unit_id;
        {refuse("product_unit_in_use", product="culprit.product", unit="culprit.unit")}
    END IF;
    RETURN NULL;
    """,
    )


PRODUCT_TRIGGERS = [
    _differs("product_unit_differs", pgtrigger.Update, "id"),
    _stays("product_unit_stays", pgtrigger.Update, "OLD.id", pgtrigger.Q(old__unit__df=pgtrigger.F("new__unit"))),
]
PRODUCT_UNIT_TRIGGERS = [
    _differs("unit_differs_insert", pgtrigger.Insert, "product_id"),
    _differs("unit_differs_update", pgtrigger.Update, "product_id"),
    _stays("unit_stays_delete", pgtrigger.Delete, "OLD.product_id"),
    _stays("unit_stays_update", pgtrigger.Update, "OLD.product_id"),
]
