"""The rules by which the prices of several lists become one, as plain functions.

They are the oracle of the SQL in `resolving.py` and explain a price to people. Source: OroCommerce's documentation of
combined price lists (https://doc.oroinc.com/), strategies, tiers and schedules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

Slot = tuple[int, int, Decimal, str]  # product, unit, from quantity, currency


@dataclass(frozen=True)
class Row:
    """A price of a list."""

    product: int
    unit: int
    quantity: Decimal
    currency: str
    value: Decimal

    @property
    def slot(self) -> Slot:
        """What at most one price is given for."""
        return self.product, self.unit, self.quantity, self.currency


@dataclass(frozen=True)
class Entry:
    """A price list in a chain; the first of the chain has the highest priority."""

    price_list: int
    merge_allowed: bool = True


@dataclass(frozen=True)
class Won:
    """A price of the combined list, and the entry of the chain it comes from."""

    row: Row
    entry: int


Prices = dict[int, Sequence[Row]]  # by price list
Combined = dict[Slot, Won]


def minimal_prices(chain: Sequence[Entry], prices: Prices) -> Combined:
    """For each slot the lowest value of all lists; order and merge flags do not count."""
    combined: Combined = {}
    for place, entry in enumerate(chain):
        for row in prices.get(entry.price_list, ()):
            if row.slot not in combined or row.value < combined[row.slot].row.value:
                combined[row.slot] = Won(row, place)
    return combined


def merge_by_priority(chain: Sequence[Entry], prices: Prices) -> Combined:
    """Slots still free are filled list by list; a list that allows no merging gives a product all or nothing."""
    combined: Combined = {}
    priced: set[int] = set()
    blocked: set[int] = set()
    for place, entry in enumerate(chain):
        rows = [row for row in prices.get(entry.price_list, ()) if row.product not in blocked]
        if not entry.merge_allowed:
            rows = [row for row in rows if row.product not in priced]
            blocked |= {row.product for row in rows}
        for row in rows:
            combined.setdefault(row.slot, Won(row, place))
        priced |= {row.product for row in rows}
    return combined


@dataclass(frozen=True)
class Smaller:
    """When the smallest tier's price is given for a quantity below it."""

    fractions_of_one: bool = False
    below_tier_decimal: bool = False
    below_tier_whole: bool = False

    def allows(self, quantity: Decimal, *, primary_has_decimals: bool, unit_has_decimals: bool) -> bool:
        """Whether it is for this quantity of this unit."""
        return (
            (self.fractions_of_one and 0 < quantity < 1 and primary_has_decimals)
            or (self.below_tier_decimal and unit_has_decimals)
            or (self.below_tier_whole and not unit_has_decimals)
        )


def tier_for(rows: Iterable[Won], quantity: Decimal, *, smaller: bool = False) -> Won | None:
    """The price of the largest tier that the quantity reaches; with `smaller`, below all of them that of the smallest.

    `rows` are those of one product, unit and currency.
    """
    tiers = sorted(rows, key=lambda won: won.row.quantity)
    reached = [won for won in tiers if won.row.quantity <= quantity]
    if reached:
        return reached[-1]
    return tiers[0] if tiers and smaller else None


Span = tuple[datetime | None, datetime | None]  # from, until; none is open


def is_active_at(schedules: Sequence[Span], moment: datetime) -> bool:
    """Whether a list gives prices at a moment: always without schedules, else within one, whose end is outside."""
    return not schedules or any(
        (start is None or start <= moment) and (end is None or moment < end) for start, end in schedules
    )


def segments(lists: Iterable[Sequence[Span]]) -> list[Span]:
    """The spans of time in which the same lists are active; one without bounds where no list has a schedule."""
    edges = sorted({edge for schedules in lists for span in schedules for edge in span if edge is not None})
    bounds: list[datetime | None] = [None, *edges, None]
    return list(zip(bounds[:-1], bounds[1:], strict=True))
