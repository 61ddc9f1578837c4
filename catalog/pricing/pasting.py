"""A block of prices as people paste it from a spreadsheet: lines of SKU, quantity, unit, price, currency."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.transfers.options import NumberStyle, Options
from foundation.transfers.widgets import DecimalWidget

MOST_LINES = 5000
DELIMITERS = ("\t", ";", ",")
AMOUNT = DecimalWidget(digits=19, places=4)
# Without a heading the number of columns says which they are.
ORDERS = {
    2: ("sku", "value"),
    3: ("sku", "quantity", "value"),
    4: ("sku", "quantity", "unit", "value"),
    5: ("sku", "quantity", "unit", "value", "currency"),
}
HEADS = {
    "sku": "sku",
    "product sku": "sku",
    "product": "sku",
    "quantity": "quantity",
    "from": "quantity",
    "from quantity": "quantity",
    "qty": "quantity",
    "unit": "unit",
    "unit code": "unit",
    "price": "value",
    "value": "value",
    "currency": "currency",
}


@dataclass
class PastedLine:
    """A line of the block: its cells by name, what was read from them, what is wrong with it."""

    number: int
    sku: str = ""
    unit: str = ""
    currency: str = ""
    quantity: Decimal | None = None
    value: Decimal | None = None
    errors: list[str] = field(default_factory=list)


def read_block(text: str) -> list[PastedLine]:
    """The lines of a block, blank ones left out; numbers keep the lines' places."""
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not numbered:
        return []
    delimiter = _delimiter(numbered[0][1])
    rows = [(number, _cells(line, delimiter)) for number, line in numbered]
    names = _heading(rows[0][1])
    if names:
        rows = rows[1:]
    return [_line(number, cells, names) for number, cells in rows]


def _delimiter(line: str) -> str:
    return next((mark for mark in DELIMITERS if mark in line), "\t")


def _cells(line: str, delimiter: str) -> list[str]:
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    while len(cells) > min(ORDERS) and not cells[-1]:
        cells.pop()
    return cells


def _heading(cells: list[str]) -> tuple[str, ...]:
    names = tuple(HEADS.get(cell.lower(), "") for cell in cells)
    return names if "sku" in names and "value" in names else ()


def _line(number: int, cells: list[str], names: tuple[str, ...]) -> PastedLine:
    order = names or ORDERS.get(len(cells), ())
    line = PastedLine(number)
    if not order:
        line.sku = cells[0]
        line.errors.append(_("A line has SKU, quantity, unit, price and currency; this one has %d cells.") % len(cells))
        return line
    found = dict(zip(order, cells, strict=False))
    line.sku, line.unit = found.get("sku", ""), found.get("unit", "")
    line.currency = found.get("currency", "").upper()
    line.quantity = _amount(line, found.get("quantity") or "1", _("quantity"))
    line.value = _amount(line, found.get("value", ""), _("price"))
    return line


def _amount(line: PastedLine, text: str, name: str) -> Decimal | None:
    """Read an amount written with a point or with a comma."""
    try:
        amount = AMOUNT.clean(text, options=Options(numbers=_style(text)))
    except ValueError as error:
        line.errors.append(str(error))
        return None
    if amount is None:
        line.errors.append(_("The %s is missing.") % name)
    elif amount < 0:
        line.errors.append(_("A %(name)s is 0 or more, not %(value)s.") % {"name": name, "value": text})
        return None
    return amount


def _style(text: str) -> NumberStyle:
    """What comes last of point and comma stands before the decimals."""
    return NumberStyle.COMMA if text.rfind(",") > text.rfind(".") else NumberStyle.POINT
