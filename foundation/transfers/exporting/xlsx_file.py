"""A workbook written row by row: text stays text, so leading zeros and cells like “=1” survive; memory stays flat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES, ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

if TYPE_CHECKING:
    from foundation.transfers.exporting.export import Export
    from foundation.transfers.exporting.query import Statement

SHEET_ROWS = 1_048_576  # with the header
CELL_LENGTH = 32_767
EXACT = 10**15  # spreadsheets calculate with 15 digits; a longer number is written as text
ROWS_AT_ONCE = 1_000
WIDTH = 18
UNKNOWN_CHARACTER = "\N{REPLACEMENT CHARACTER}"  # a workbook is XML, which has no control characters


def write_xlsx(file: IO[bytes], export: Export, on_rows: Callable[[int], object] = lambda rows: None) -> int:
    """Write the workbook and return how many records it has; raises ValidationError where they do not fit."""
    _refuse_too_many(export)
    book = Workbook(write_only=True)
    sheet = add_sheet(book, str(export.transfer.title), export.headers)
    try:
        count = _append(sheet, export.statement, on_rows)
    except BaseException:
        _throw_away(sheet)
        raise
    on_rows(count)
    book.save(file)
    return count


def _append(sheet: Any, statement: Statement | None, on_rows: Callable[[int], object]) -> int:
    count = 0
    for count, row in enumerate(_rows(statement), start=1):
        sheet.append([sheet_cell(sheet, value) for value in row])
        if count % ROWS_AT_ONCE == 0:
            on_rows(count)
    return count


def _throw_away(sheet: Any) -> None:
    """Remove what was written of a sheet: openpyxl keeps it in a file until the process ends."""
    sheet.close()
    sheet._writer.cleanup()


def add_sheet(book: Workbook, title: str, headers: Sequence[str]) -> Any:
    """Begin a sheet: bold first line that stays in sight, columns that take what is typed as text."""
    sheet: Any = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number, header in enumerate(headers, start=1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width = max(WIDTH, len(header) + 2)
        column.number_format = "@"
    sheet.append([_bold(sheet, header) for header in headers])
    return sheet


def _bold(sheet: Any, header: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, header)
    cell.font = Font(bold=True)
    return cell


def sheet_cell(sheet: Any, value: Any) -> Any:
    """Return what openpyxl writes as this value: it would take “=1” for a formula and “#N/A” for an error."""
    if isinstance(value, int | Decimal):
        return value if -EXACT < value < EXACT else str(value)
    if not isinstance(value, str):
        return value
    if len(value) > CELL_LENGTH:
        sentence = _("A cell of a workbook holds %(limit)d characters; “%(begin)s…” has more. Take CSV.")
        raise ValidationError(sentence % {"limit": CELL_LENGTH, "begin": value[:30]})
    text = ILLEGAL_CHARACTERS_RE.sub(UNKNOWN_CHARACTER, value)
    if not text.startswith("=") and text not in ERROR_CODES:
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _rows(statement: Statement | None) -> Iterator[Iterable[Any]]:
    if statement is None:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.sql, statement.params)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield from rows


def _refuse_too_many(export: Export) -> None:
    count = export.count()
    if count >= SHEET_ROWS:
        sentence = _("A sheet of a workbook holds %(limit)d rows; this export has %(count)d. Take CSV, or fewer rows.")
        raise ValidationError(sentence % {"limit": SHEET_ROWS - 1, "count": count})
