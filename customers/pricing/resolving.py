"""The prices of any number of products for a customer, in one query.

What it must find is said by catalog/pricing/rules.py; the tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.timezone import now

from catalog.models import PricingSettings
from customers.pricing.chain import CHAIN_SQL

if TYPE_CHECKING:
    from customers.models import Customer


@dataclass(frozen=True)
class Wanted:
    """What a price is asked for; the unit and the product by their keys."""

    product: int
    unit: int
    quantity: Decimal
    currency: str


@dataclass(frozen=True)
class PriceFound:
    """The price of one unit, the tier it is of, and the list that gives it."""

    value: Decimal
    currency: str
    tier: Decimal
    price_list: int
    price: int


# The largest tier reached comes first; where less than the smallest tier may be given, then the smallest.
REACHED = "p.quantity DESC"
ANY_TIER = "(p.quantity <= w.quantity) DESC, CASE WHEN p.quantity <= w.quantity THEN -p.quantity ELSE p.quantity END"

# Whether the smallest tier's price is given for less, by the three settings.
SMALLER = """(
        (%(fractions)s AND w.quantity > 0 AND w.quantity < 1 AND x.unit_precision > 0)
        OR (%(decimal)s AND x.precision > 0)
        OR (%(whole)s AND x.precision = 0)
    )"""

# Only asked where one of those settings is on. OFFSET 0 has each product looked up by its key: joining them would read
# the whole catalogue for a thousand of them.
DECIMALS = """
    CROSS JOIN LATERAL (
        SELECT x.unit_precision, coalesce(
            (SELECT u.precision FROM catalog_productunit u WHERE u.product_id = x.id AND u.unit_id = w.unit),
            x.unit_precision
        ) AS precision
        FROM catalog_product x WHERE x.id = w.product OFFSET 0
    ) x
"""

# By priority a list that allows no merging gives its prices only to products no list before it has a price of, and
# then nothing after it does: so either the first list with the product stands alone, or all that allow merging do.
# Which list is the first is not asked where the whole chain allows merging.
FIRST = """
    LEFT JOIN LATERAL (
        SELECT c.place, c.merge FROM chain c
        WHERE NOT c.all_merge AND EXISTS (
            SELECT 1 FROM catalog_price p
            WHERE p.price_list_id = c.list AND p.edition = c.edition AND p.product_id = w.product
        ) ORDER BY c.place LIMIT 1
    ) first ON true
"""
GIVES = "(c.all_merge OR c.place = first.place OR (first.merge AND c.merge))"

QUERY = """
    WITH chain AS MATERIALIZED (SELECT *, bool_and(merge) OVER () AS all_merge FROM ({chain}) c)
    SELECT w.place, p.value, p.quantity, p.price_list_id, p.id
    FROM unnest(%(products)s::bigint[], %(units)s::bigint[], %(quantities)s::numeric[], %(currencies)s::text[])
        WITH ORDINALITY w(product, unit, quantity, currency, place)
    {decimals} {first}
    CROSS JOIN LATERAL (
        SELECT p.id, p.value, p.quantity, p.price_list_id FROM chain c
        JOIN catalog_price p ON p.price_list_id = c.list AND p.edition = c.edition AND p.product_id = w.product
            AND p.unit_id = w.unit AND p.currency = w.currency
        WHERE (p.quantity <= w.quantity OR {smaller}) AND {gives}
        ORDER BY {tier}, {better} LIMIT 1
    ) p
"""


def prices_for(
    customer: Customer, wanted: Sequence[Wanted], *, moment: datetime | None = None
) -> dict[Wanted, PriceFound]:
    """Return what holds for a customer at a moment (none: now); what has no price is left out."""
    if not wanted:
        return {}
    settings = PricingSettings.load()
    with connection.cursor() as cursor:
        cursor.execute(_query(settings), _parameters(customer, wanted, moment or now(), settings))
        return {
            wanted[place - 1]: PriceFound(value, wanted[place - 1].currency, tier, price_list, price)
            for place, value, tier, price_list, price in cursor.fetchall()
        }


def _query(settings: PricingSettings) -> str:
    is_merged = settings.strategy == PricingSettings.Strategy.MERGE
    gives_less = settings.fractions_of_one or settings.below_tier_decimal or settings.below_tier_whole
    return QUERY.format(
        chain=CHAIN_SQL,
        first=FIRST if is_merged else "",
        gives=GIVES if is_merged else "true",
        better="c.place" if is_merged else "p.value, c.place",
        decimals=DECIMALS if gives_less else "",
        smaller=SMALLER if gives_less else "false",
        tier=ANY_TIER if gives_less else REACHED,
    )


def _parameters(
    customer: Customer, wanted: Sequence[Wanted], moment: datetime, settings: PricingSettings
) -> dict[str, Any]:
    return {
        "customer": customer.pk,
        "moment": moment,
        "products": [one.product for one in wanted],
        "units": [one.unit for one in wanted],
        "quantities": [one.quantity for one in wanted],
        "currencies": [one.currency for one in wanted],
        "fractions": settings.fractions_of_one,
        "decimal": settings.below_tier_decimal,
        "whole": settings.below_tier_whole,
    }
