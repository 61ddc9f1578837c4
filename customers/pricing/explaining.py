"""Why a customer pays this price, or none: the chain, the rows that compete, the one that wins and the reason.

The rules are those of catalog/pricing/rules.py, asked for one product; the price itself is what prices_for() finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext as _

from catalog.models import Price, PricingSettings, Product, Unit
from catalog.pricing.rules import Combined, Row, Smaller, Won, merge_by_priority, minimal_prices, tier_for
from customers.models import Customer
from customers.pricing.chain import ChainEntry, Level, chain_of, levels_of


@dataclass(frozen=True)
class Question:
    """A product, how many of which unit, for whom, in what currency, when."""

    customer: Customer
    product: Product
    unit: Unit
    quantity: Decimal
    currency: str
    moment: datetime


@dataclass(frozen=True)
class Competitor:
    """A price of the product in this unit and currency, in one of the lists, and what became of it."""

    row: Row
    is_winner: bool
    fate: str


@dataclass(frozen=True)
class ListShown:
    """A list of the chain: whether it counts at the moment, why not, and its prices."""

    entry: ChainEntry
    is_active: bool
    reason: str
    competitors: list[Competitor]

    @property
    def is_winner(self) -> bool:
        """Whether the price that holds is one of its."""
        return any(competitor.is_winner for competitor in self.competitors)


@dataclass(frozen=True)
class Explanation:
    """The answer: the price of one unit or None, why in a sentence, and the lists in their order."""

    question: Question
    strategy: str
    levels: list[Level]
    lists: list[ListShown]
    value: Decimal | None
    tier: Decimal | None
    winner: ChainEntry | None
    reason: str


def explain(
    customer: Customer,
    product: Product,
    *,
    quantity: Decimal,
    currency: str,
    unit: Unit | None = None,
    moment: datetime | None = None,
) -> Explanation:
    """Return why this price holds; without `unit` the product's primary one is meant, without `moment` now."""
    question = Question(customer, product, unit or product.unit, quantity, currency, moment or now())
    settings, chain = PricingSettings.load(), chain_of(customer)
    active = [entry for entry in chain if entry.is_active_at(question.moment)]
    prices = _prices(active, product)
    combined = _combined(settings, active, prices)
    asked = {slot: won for slot, won in combined.items() if _is_asked(won.row, question)}
    won = tier_for(asked.values(), quantity, smaller=_takes_smaller(settings, question))
    return Explanation(
        question=question,
        strategy=str(settings.get_strategy_display()),
        levels=levels_of(customer),
        lists=[_shown(entry, active, prices, combined, won, question, settings.strategy) for entry in chain],
        value=won.row.value if won else None,
        tier=won.row.quantity if won else None,
        winner=active[won.entry] if won else None,
        reason=_why(won, active, settings, question) if won else _why_none(chain, active, prices, asked, question),
    )


def _prices(active: list[ChainEntry], product: Product) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    rows = Price.objects.filter(product=product, price_list__in={entry.price_list.pk for entry in active})
    for price in rows.filter(edition=F("price_list__edition")).order_by("quantity"):
        row = Row(price.product_id, price.unit_id, price.quantity, price.currency, price.value)
        found.setdefault(price.price_list_id, []).append(row)
    return found


def _combined(settings: PricingSettings, active: list[ChainEntry], prices: dict[int, list[Row]]) -> Combined:
    combine = merge_by_priority if settings.strategy == PricingSettings.Strategy.MERGE else minimal_prices
    return combine([entry.entry for entry in active], dict(prices))


def _is_asked(row: Row, question: Question) -> bool:
    return (row.unit, row.currency) == (question.unit.pk, question.currency)


def _takes_smaller(settings: PricingSettings, question: Question) -> bool:
    product = question.product
    further = product.units.filter(unit=question.unit).first()
    smaller = Smaller(settings.fractions_of_one, settings.below_tier_decimal, settings.below_tier_whole)
    return smaller.allows(
        question.quantity,
        primary_has_decimals=product.unit_precision > 0,
        unit_has_decimals=(further.precision if further else product.unit_precision) > 0,
    )


def _shown(
    entry: ChainEntry,
    active: list[ChainEntry],
    prices: dict[int, list[Row]],
    combined: Combined,
    won: Won | None,
    question: Question,
    strategy: str,
) -> ListShown:
    if why := entry.why_not(question.moment):
        return ListShown(entry, False, why, [])
    place = active.index(entry)
    rows = [row for row in prices.get(entry.price_list.pk, []) if _is_asked(row, question)]
    is_merged = strategy == PricingSettings.Strategy.MERGE
    shown = [
        Competitor(row, True, _("This price holds."))
        if _is(won, row, place)
        else Competitor(row, False, _fate(row, place, combined, question.quantity, is_merged=is_merged))
        for row in rows
    ]
    return ListShown(entry, True, "" if rows else _("No price of this product in this unit and currency."), shown)


def _is(won: Won | None, row: Row, place: int) -> bool:
    return won is not None and won.entry == place and won.row == row


def _fate(row: Row, place: int, combined: Combined, quantity: Decimal, *, is_merged: bool) -> str:
    """Why a price does not hold, in a few words."""
    kept = combined.get(row.slot)
    if kept is None:
        return _("Left out: a list before it has prices of the product, and one of the two allows no merging.")
    if kept.entry == place and row.quantity > quantity:
        return _("The quantity does not reach this tier.")
    if kept.entry == place:
        return _("A higher tier holds for this quantity.")
    if not is_merged and kept.row.value < row.value:
        return _("Another list is cheaper for this tier.")
    return _("A list before it gives the price of this tier.")


def _why(won: Won, active: list[ChainEntry], settings: PricingSettings, question: Question) -> str:
    entry = active[won.entry]
    parts = {"list": entry.price_list.name, "tier": f"{won.row.quantity.normalize():f}", "level": entry.level.label}
    if won.row.quantity > question.quantity:
        return _("“%(list)s” (%(level)s): the quantity is below its smallest tier, whose price is given.") % parts
    if settings.strategy == PricingSettings.Strategy.MERGE:
        return _("“%(list)s” (%(level)s) is the first list with a price of this tier, from %(tier)s on.") % parts
    return _("“%(list)s” (%(level)s) has the lowest price of the tier that is reached, from %(tier)s on.") % parts


def _why_none(
    chain: list[ChainEntry],
    active: list[ChainEntry],
    prices: dict[int, list[Row]],
    asked: Combined,
    question: Question,
) -> str:
    """The first thing that stands in the way."""
    rows = [row for found in prices.values() for row in found]
    if not chain:
        return _why_no_lists(question.customer)
    if not active:
        return _("None of the customer's price lists is in force at this moment.")
    if not rows:
        return _("No list in force has a price of this product.")
    if asked:
        tier = min(slot[2] for slot in asked)
        return _("The smallest tier begins at %(tier)s.") % {"tier": f"{tier.normalize():f}"}
    currencies = sorted({row.currency for row in rows if row.unit == question.unit.pk})
    if currencies and question.currency not in currencies:
        names = {"currency": question.currency, "others": ", ".join(currencies)}
        return _("There is no price in %(currency)s, only in %(others)s. Prices are never converted.") % names
    units = Unit.objects.filter(pk__in={row.unit for row in rows}).values_list("code", flat=True)
    names = {"unit": question.unit.code, "others": ", ".join(sorted(units))}
    return _("There is no price per %(unit)s in this currency, only per %(others)s. Units are never converted.") % names


def _why_no_lists(customer: Customer) -> str:
    if levels_of(customer) == [Level.CUSTOMER]:
        return _("The customer is to use its own price lists only, and has none.")
    return _("Neither the customer nor its group has a price list, and there is none for everybody.")
