"""The catalogue of the demo company: some sixty products with stock in two warehouses and prices in its lists.

The same every time, from a seed of its own; stock is booked as everybody books it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from stdnum import ean

from catalog.demo_words import BRANCHES, LINES, TAX_CODES, UNITS, WAREHOUSES, Line
from catalog.models import (
    Category,
    Price,
    PriceList,
    PricingSettings,
    Product,
    ProductName,
    ProductTaxCode,
    ProductUnit,
    StockMovement,
    Unit,
    Warehouse,
)
from catalog.services.stock import Booking, stock_book
from foundation.identity.models import User

SEED = 20_261_123
RATES = {"EUR": Decimal(1), "PLN": Decimal("4.25"), "GBP": Decimal("0.86")}
SHARES = (Decimal(1), Decimal("0.92"), Decimal("0.88"), Decimal("0.95"), Decimal("0.80"))  # of the list at its place
TIERS = ((1, Decimal(1)), (10, Decimal("0.95")), (100, Decimal("0.88")))
CENT = Decimal("0.01")
Kind = StockMovement.Kind


@dataclass(frozen=True)
class Made:
    """A product of the demo with the line it comes from and what it costs in euros."""

    line: Line
    product: Product
    cost: Decimal


def catalogue_make(*, price_lists: Sequence[PriceList], actor: User) -> int:
    """Make it all; return how many products that are."""
    chance = Random(SEED)  # noqa: S311  (made-up figures need no secret chance)
    units = {code: Unit(code=code, name=name, plural=plural) for code, name, plural in UNITS}
    Unit.objects.bulk_create(units.values())
    made = list(_products(chance, units, _categories(), _tax_codes()))
    Product.objects.bulk_create(one.product for one in made)
    _parts_make(made, units["pack"])
    _prices_make(made, price_lists)
    _stock_make(made, actor, chance)
    PricingSettings.objects.update_or_create(pk=1)
    return len(made)


def _categories() -> dict[str, Category]:
    tops = {name: Category(name=name, code=name.upper()[:4]) for name in BRANCHES}
    Category.objects.bulk_create(tops.values())
    below = {name: Category(name=name, parent=tops[top]) for top, names in BRANCHES.items() for name in names}
    Category.objects.bulk_create(below.values())
    return tops | below


def _tax_codes() -> list[ProductTaxCode]:
    return ProductTaxCode.objects.bulk_create(ProductTaxCode(code=code, description=text) for code, text in TAX_CODES)


def _products(
    chance: Random, units: dict[str, Unit], categories: dict[str, Category], taxes: list[ProductTaxCode]
) -> Iterator[Made]:
    for line in LINES:
        is_food = line.branch == "Coffee and tea"
        for number, variant in enumerate(line.variants):
            yield Made(
                line,
                Product(
                    sku=f"{line.code}-{number + 1:02}",
                    name=f"{line.name} {variant}",
                    short_description=f"{line.name}, {variant}.",
                    category=categories.get(line.branch),
                    status="disabled" if chance.random() < 0.05 else "enabled",
                    unit=units[line.unit],
                    unit_precision=0 if line.unit == "item" else 3,
                    ean=_ean(line, number),
                    vat_rate=Decimal(8 if is_food else 23),
                    tax_code=taxes[is_food],
                    weight=Decimal(line.grams * (number + 1)) / 1000 if line.grams else None,
                    low_stock_at=Decimal(chance.choice([20, 50, 100])) if chance.random() < 0.4 else None,
                ),
                (Decimal(line.cost) * (1 + Decimal(number) * Decimal("0.35"))).quantize(CENT),
            )


def _ean(line: Line, number: int) -> str:
    """A number from the range that shops may use within themselves."""
    front = f"2{LINES.index(line):05}{number:06}"
    return front + ean.calc_check_digit(front)


def _parts_make(made: list[Made], pack: Unit) -> None:
    """Packs, and names in two more languages."""
    packed = [one for one in made if one.line.pack]
    ProductUnit.objects.bulk_create(
        ProductUnit(product=one.product, unit=pack, conversion_rate=one.line.pack) for one in packed
    )
    ProductName.objects.bulk_create(
        ProductName(product=one.product, language=language, name=one.product.name.replace(one.line.name, name))
        for one in made
        for language, name in (("de", one.line.german), ("pl", one.line.polish))
    )


def _prices_make(made: list[Made], price_lists: Sequence[PriceList]) -> None:
    """Everything in the first list with tiers; the others have a part of it, cheaper."""
    Price.objects.bulk_create(
        Price(
            price_list=price_list,
            product=one.product,
            unit=one.product.unit,
            quantity=quantity,
            currency=currency,
            value=max(CENT, (one.cost * RATES[currency] * share * discount).quantize(CENT)),
        )
        for number, (price_list, share) in enumerate(zip(price_lists, SHARES, strict=False))
        for one in made[:: number + 1]
        for currency in price_list.currencies
        for quantity, discount in (TIERS if number == 0 else TIERS[:2])
    )


def _stock_make(made: list[Made], actor: User, chance: Random) -> None:
    """Deliveries, what left, a count; some products run low, two were sold elsewhere before they came."""
    warehouses = Warehouse.objects.bulk_create(
        Warehouse(code=code, name=name, country=country) for code, name, country in WAREHOUSES
    )
    kept = [one.product for one in made if one.line.branch]
    stock_book(bookings=_bookings(kept, warehouses, chance), actor=actor)
    stock_book(bookings=_sold_elsewhere(kept[5::25], warehouses[0]), actor=actor)


def _bookings(kept: list[Product], warehouses: list[Warehouse], chance: Random) -> Iterator[Booking]:
    for place, warehouse in enumerate(warehouses):
        for product in kept[:: place + 1]:
            came = Decimal(chance.choice([20, 60, 150, 400]))
            left = Decimal(chance.randint(1, int(came)))
            key = f"demo:{warehouse.code}:{product.sku}"
            yield Booking(product, warehouse, came, Kind.RECEIPT, f"{key}:1", note="First delivery")
            yield Booking(product, warehouse, -left, Kind.ISSUE, f"{key}:2")
            if chance.random() < 0.2:
                yield Booking(product, warehouse, Decimal(1), Kind.COUNT, f"{key}:3", note="Stocktaking")


def _sold_elsewhere(sold: list[Product], warehouse: Warehouse) -> Iterator[Booking]:
    """More than there is: orders that were placed on a marketplace are facts."""
    for product in sold:
        key, note = f"demo:order:{product.sku}", "Sold on the marketplace"
        yield Booking(product, warehouse, Decimal(-500), Kind.IMPORTED_ORDER, key, note=note)
