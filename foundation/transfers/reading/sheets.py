"""The rows of one sheet of a workbook, as text."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from django.utils.translation import gettext as _
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser
from openpyxl.xml.functions import iterparse

from foundation.transfers.reading.package import MOST_ROWS

ERROR, NEVER_CALCULATED = "e", "never calculated"  # kinds of cells that refuse their row
ROWS_KEPT = 1_000


class SheetParser(WorkSheetParser):
    """openpyxl's reading of cells, without what else a sheet holds and without keeping the rows that are done."""

    def rows(self) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield the number and the cells of each row that the sheet stores."""
        data: Element | None = None
        for event, element in iterparse(self.source, events=("start", "end")):
            if event == "start":
                data = element if element.tag == DATA_TAG else data
            elif element.tag == ROW_TAG:
                if not any(map(len, element)):  # cells with a colour at most
                    del element[:]
                number, cells = self.parse_row(element)
                if not 0 < number <= MOST_ROWS:
                    raise ValueError(f"A sheet has no row {number}.")
                yield number, cells
                element.clear()
                if data is not None and len(data) > ROWS_KEPT:
                    data.clear()
                    self.row_dimensions.clear()

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Return a cell; a formula whose value the file does not have is none that could be read."""
        cell: dict[str, Any] = super().parse_cell(element)
        is_empty = cell["value"] is None and element.get("t", "n") == "n"  # a formula may well result in an empty text
        if is_empty and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = NEVER_CALCULATED
        return cell


def row_texts(cells: list[dict[str, Any]], width: int) -> tuple[list[str], str]:
    """Return a row as texts, as wide as the header at least, and what is wrong with it."""
    texts = [""] * max(width, *(cell["column"] for cell in cells), 0)
    problem = ""
    for cell in cells:
        texts[cell["column"] - 1] = cell_text(cell["value"])
        problem = problem or _problem_of(cell)
    while len(texts) > width and not texts[-1].strip():
        texts.pop()
    return texts, problem


def cell_text(value: Any) -> str:
    """Return a value as a CSV file would have it: 123 and not 123.0, ISO dates, true and false."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number_text(value)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, datetime.date | datetime.time) else str(value)


def _number_text(value: float) -> str:
    """Return the 15 digits a spreadsheet shows, without exponent."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    text = format(Decimal(format(value, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _problem_of(cell: dict[str, Any]) -> str:
    place = {"column": cell["column"], "error": cell["value"]}
    if cell["data_type"] == ERROR:
        return _("The cell in column %(column)d shows the error %(error)s instead of a value.") % place
    if cell["data_type"] == NEVER_CALCULATED:
        return (
            _("The formula in column %(column)d was never calculated. Open the workbook in Excel and save it.") % place
        )
    return ""
