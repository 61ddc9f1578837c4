"""A pasted block of prices held against the catalogue: what each line means, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from catalog.models import Price, PriceList, Product, ProductUnit, Unit
from catalog.pricing.pasting import MOST_LINES, PastedLine, read_block
from catalog.services.price_changes import note_change
from catalog.services.prices import PriceRow, price_list_hold, prices_put
from foundation.transfers.options import NumberStyle


@dataclass
class CheckedLine:
    """A line with what it means: the price it makes, and the one that is there."""

    line: PastedLine
    row: PriceRow | None = None
    old: Decimal | None = None

    @property
    def errors(self) -> list[str]:
        """What is wrong with it."""
        return self.line.errors

    @property
    def kind(self) -> str:
        """What it would do: `wrong`, `new`, `changed` or `unchanged`."""
        if self.row is None or self.errors:
            return "wrong"
        if self.old is None:
            return "new"
        return "unchanged" if self.old == self.row.value else "changed"


@dataclass(frozen=True)
class CheckedBlock:
    """All lines."""

    lines: list[CheckedLine]

    def of(self, kind: str) -> list[CheckedLine]:
        """Lines that would do this."""
        return [line for line in self.lines if line.kind == kind]

    @property
    def writes(self) -> list[CheckedLine]:
        """Lines that would write something."""
        return [line for line in self.lines if line.kind in ("new", "changed")]

    @property
    def seal(self) -> str:
        """Changes when what the block would do changes."""
        text = repr([(one.line.number, one.kind, one.old) for one in self.lines])
        return hashlib.sha256(text.encode()).hexdigest()


def block_check(*, price_list: PriceList, text: str, numbers: NumberStyle | None = None) -> CheckedBlock:
    """Read a block and say what each line would do: four queries, however long it is."""
    lines = [CheckedLine(line) for line in read_block(text, numbers)]
    if not lines:
        raise ValidationError(_("There is no line in it."))
    if len(lines) > MOST_LINES:
        raise ValidationError(_("At most %d lines at once: import a file instead.") % MOST_LINES)
    products, units = _products(lines), _units()
    sold = _sold_in(products.values())
    for one in lines:
        _understand(one, price_list, products, units, sold)
    _refuse_doubles(lines)
    _find_old(price_list, lines)
    return CheckedBlock(lines)


def _products(lines: Iterable[CheckedLine]) -> dict[str, Product]:
    skus = {one.line.sku.lower() for one in lines if one.line.sku}
    rows = Product.objects.exclude(sku="").annotate(low=Lower("sku")).filter(low__in=skus).select_related("unit")
    return {product.low: product for product in rows}


def _units() -> dict[str, Unit]:
    return {unit.code.lower(): unit for unit in Unit.objects.all()}


def _sold_in(products: Iterable[Product]) -> set[tuple[int, int]]:
    further = ProductUnit.objects.filter(product__in=[product.pk for product in products])
    return set(further.values_list("product_id", "unit_id"))


def _understand(
    one: CheckedLine,
    price_list: PriceList,
    products: dict[str, Product],
    units: dict[str, Unit],
    sold: set[tuple[int, int]],
) -> None:
    line = one.line
    if line.errors and not line.value_text:
        return  # of a line that is none nothing more is said
    product = products.get(line.sku.lower())
    if product is None:
        line.errors.append(_("There is no product with the SKU “%s”.") % line.sku if line.sku else _("No SKU."))
    unit = _unit(line, product, units, sold)
    currency = _currency(line, price_list)
    if not line.errors and product and unit and line.quantity is not None and line.value is not None:
        one.row = PriceRow(product, unit, line.quantity, currency, line.value)


def _unit(line: PastedLine, product: Product | None, units: dict[str, Unit], sold: set[tuple[int, int]]) -> Unit | None:
    """The unit named, else the product's primary one."""
    if not line.unit:
        return product.unit if product else None
    unit = units.get(line.unit.lower())
    if unit is None:
        line.errors.append(_("There is no unit “%s”.") % line.unit)
    elif product and unit.pk != product.unit_id and (product.pk, unit.pk) not in sold:
        names = {"unit": unit.code, "sku": product.sku}
        line.errors.append(_("%(sku)s is not sold in the unit “%(unit)s”.") % names)
    return unit


def _currency(line: PastedLine, price_list: PriceList) -> str:
    """The currency named, else the list's only one."""
    names = {"currency": line.currency, "currencies": ", ".join(price_list.currencies)}
    if not line.currency and len(price_list.currencies) > 1:
        line.errors.append(_("Name the currency: the list has %(currencies)s.") % names)
    if line.currency and line.currency not in price_list.currencies:
        line.errors.append(_("The list has no prices in %(currency)s, only in %(currencies)s.") % names)
    return line.currency or price_list.currencies[0]


def _slot(row: PriceRow) -> tuple[int, int, str, Decimal]:
    return row.product.pk, row.unit.pk, row.currency, row.quantity


def _refuse_doubles(lines: Iterable[CheckedLine]) -> None:
    first: dict[tuple[int, int, str, Decimal], int] = {}
    for one in lines:
        if one.row is None:
            continue
        number = first.setdefault(_slot(one.row), one.line.number)
        if number != one.line.number:
            one.errors.append(_("Line %d has the same product, quantity, unit and currency.") % number)


def _find_old(price_list: PriceList, lines: Sequence[CheckedLine]) -> None:
    products = {one.row.product.pk for one in lines if one.row}
    rows = Price.objects.filter(price_list=price_list, edition=price_list.edition, product__in=products)
    found = {(p.product_id, p.unit_id, p.currency, p.quantity): p.value for p in rows}
    for one in lines:
        if one.row:
            one.old = found.get(_slot(one.row))


@transaction.atomic
def block_save(
    *, price_list: PriceList, text: str, seal: str, actor: Any, numbers: NumberStyle | None = None
) -> CheckedBlock:
    """Write the good lines of a block, if it would still do what its preview showed."""
    block = block_check(price_list=price_list_hold(price_list), text=text, numbers=numbers)
    if block.seal != seal:
        raise ValidationError(_("Prices were changed since the preview: look at it again."), code="stale")
    written = prices_put(price_list=price_list, rows=[one.row for one in block.writes if one.row])
    note_change(price_list=price_list, actor=actor, what={"prices": written})
    return block
