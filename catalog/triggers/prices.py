"""A price is in a unit of its product and a currency of its list; a list keeps the currencies it has prices in."""

from __future__ import annotations

import pgtrigger

from catalog.refusals import refuse
from catalog.triggers.units import allowed
from foundation.changes.rule_triggers import RuleTrigger, after_statement, planned_anew

FIND_UNIT = f"""
    SELECT coalesce(nullif(p.sku, ''), p.name) AS product, u.code AS unit FROM new_rows n
    JOIN catalog_product p ON p.id = n.product_id JOIN catalog_unit u ON u.id = n.unit_id
    WHERE p.unit_id <> n.unit_id AND NOT {allowed("n.product_id", "n.unit_id")} LIMIT 1
"""
FIND_CURRENCY = """
    SELECT l.name AS list, n.currency FROM new_rows n JOIN catalog_pricelist l ON l.id = n.price_list_id
    WHERE NOT n.currency = ANY (l.currencies) LIMIT 1
"""
# The list is locked against losing a currency while a price in it is being written.
LOCK_LISTS = """SELECT count(*) FROM (
        SELECT 1 FROM catalog_pricelist WHERE id IN (SELECT price_list_id FROM new_rows) ORDER BY id FOR SHARE
    ) locked"""
FIND_LOST_CURRENCY = """
    SELECT n.name AS list, p.currency FROM new_rows n JOIN old_rows o ON o.id = n.id AND o.currencies <> n.currencies
    CROSS JOIN LATERAL unnest(o.currencies) gone(code)
    JOIN catalog_price p ON p.price_list_id = n.id AND p.currency = gone.code
    WHERE NOT gone.code = ANY (n.currencies) LIMIT 1
"""


def _fits(name: str, operation: pgtrigger.Operation) -> RuleTrigger:
    return after_statement(
        name=name,
        operation=operation,
        culprit="record",
        locked="bigint",
        func=f"""
    {planned_anew(FIND_UNIT, into="culprit")}
    IF culprit.product IS NOT NULL THEN
        {refuse("price_unit_of_product", product="culprit.product", unit="culprit.unit")}
    END IF;
    {planned_anew(LOCK_LISTS, into="locked")}
    {planned_anew(FIND_CURRENCY, into="culprit")}
    IF culprit.list IS NOT NULL THEN
        {refuse("price_currency_of_list", list="culprit.list", currency="culprit.currency")}
    END IF;
    RETURN NULL;
    """,
    )


PRICE_TRIGGERS = [_fits("price_fits_insert", pgtrigger.Insert), _fits("price_fits_update", pgtrigger.Update)]
PRICE_LIST_TRIGGERS = [
    after_statement(
        name="pricelist_currencies_stay",
        operation=pgtrigger.Update,
        culprit="record",
        func=f"""
    {planned_anew(FIND_LOST_CURRENCY, into="culprit")}
    IF culprit.list IS NOT NULL THEN
        {refuse("pricelist_currency_in_use", list="culprit.list", currency="culprit.currency")}
    END IF;
    RETURN NULL;
    """,
    ),
]
