"""A block of prices as people paste it from a spreadsheet: lines of SKU, quantity, unit, price, currency."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from foundation.transfers.options import NumberStyle, Options
from foundation.transfers.widgets import DecimalWidget
from foundation.ui.amounts import EITHER

MOST_LINES = 5000
DELIMITERS = ("\t", ";", ",")
AMOUNT = DecimalWidget(digits=19, places=4)
# As spreadsheets show money.
CURRENCY_SIGNS = re.compile(r"\s*(€|zł|\$|£|Kč|Ft|kr|CHF|EUR|PLN|USD|GBP)\s*", re.IGNORECASE)
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
    quantity_text: str = ""
    value_text: str = ""
    quantity: Decimal | None = None
    value: Decimal | None = None
    errors: list[str] = field(default_factory=list)


def read_block(text: str, numbers: NumberStyle | None = None) -> list[PastedLine]:
    """The lines of a block, blank ones left out; numbers keep the lines' places.

    Without `numbers` the amounts of the whole block say how they are written; where they do not, those that can be read
    in two ways are refused.
    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not numbered:
        return []
    delimiter = _delimiter(numbered[0][1])
    rows = [(number, _cells(line, delimiter)) for number, line in numbered]
    names = _heading(rows[0][1])
    if names:
        rows = rows[1:]
    found = [_line(number, cells, names) for number, cells in rows]
    style = numbers or _style_of([text for line in found for text in (line.quantity_text, line.value_text)])
    for line in found:
        if not line.errors:
            line.quantity = _amount(line, line.quantity_text or "1", _("quantity"), style)
            line.value = _amount(line, line.value_text, _("price"), style)
    return found


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
        line.errors.append(
            _("A line has SKU, quantity, unit, price and currency; this one has one cell.")
            if len(cells) == 1
            else _("A line has SKU, quantity, unit, price and currency; this one has %d cells.") % len(cells)
        )
        return line
    found = dict(zip(order, cells, strict=False))
    line.sku, line.unit = found.get("sku", ""), found.get("unit", "")
    line.currency = found.get("currency", "").upper()
    line.quantity_text = found.get("quantity", "")
    line.value_text = CURRENCY_SIGNS.sub("", found.get("value", ""))
    return line


def _amount(line: PastedLine, text: str, name: str, style: NumberStyle | None) -> Decimal | None:
    """Read an amount; None where that cannot be done, with what is wrong in the line's errors."""
    if style is None and EITHER.fullmatch(text):
        line.errors.append(_("“%s” can be read in two ways: say below what the decimal mark is.") % text)
        return None
    try:
        amount = AMOUNT.clean(text, options=Options(numbers=style or _style_of([text]) or NumberStyle.POINT))
    except ValueError as error:
        line.errors.append(str(error))
        return None
    if amount is None:
        line.errors.append(_("The %s is missing.") % name)
    elif amount < 0:
        line.errors.append(_("A %(name)s is 0 or more, not %(value)s.") % {"name": name, "value": text})
        return None
    return amount


def _style_of(texts: list[str]) -> NumberStyle | None:
    """How amounts are written, as far as they agree on it."""
    said = {style for text in texts if (style := _said(text))}
    return said.pop() if len(said) == 1 else None


def _said(text: str) -> NumberStyle | None:
    """What comes last of point and comma stands before the decimals, unless it may as well divide thousands."""
    if EITHER.fullmatch(text) or not {".", ","} & set(text):
        return None
    last, other = (",", ".") if text.rfind(",") > text.rfind(".") else (".", ",")
    is_divider = text.count(last) > 1  # 1,234,567
    mark = other if is_divider else last
    return NumberStyle.COMMA if mark == "," else NumberStyle.POINT
