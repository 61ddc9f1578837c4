"""Data templates: a file with the right header and a sample row, as a workbook also with what each cell may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _
from import_export.widgets import BooleanWidget
from openpyxl import Workbook

from foundation.transfers.columns import LinkedColumn
from foundation.transfers.exporting.stream import header_line
from foundation.transfers.exporting.xlsx_file import add_sheet, sheet_cell
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options

if TYPE_CHECKING:
    from foundation.identity.models import User
    from foundation.transfers.columns import Column
    from foundation.transfers.registry import Transfer

NAMES_LISTED = 1_000


@dataclass(frozen=True)
class Allowed:
    """What the cells of a column may hold; no values means any text."""

    column: str
    help: str
    values: list[str]


def csv_template(transfer: Transfer) -> bytes:
    """Return the header and the sample row."""
    columns = _columns(transfer)
    return header_line([column.column_name for column in columns]) + header_line([column.sample for column in columns])


def _columns(transfer: Transfer) -> list[Column]:
    return [column for column in transfer.resource.columns() if not column.on_demand]


def write_xlsx_template(file: IO[bytes], transfer: Transfer, user: User | None) -> None:
    """Write the same as a workbook, with a second sheet of allowed values as far as the person may see them."""
    columns = _columns(transfer)
    book = Workbook(write_only=True)
    sheet = add_sheet(book, str(transfer.title), [column.column_name for column in columns])
    sheet.append([sheet_cell(sheet, column.sample) for column in columns])
    _add_allowed(book, [allowed_values(column, transfer, user) for column in columns])
    book.save(file)


def _add_allowed(book: Workbook, columns: list[Allowed]) -> None:
    """Add the second sheet: a column under each name, its help first, then the values."""
    sheet = add_sheet(book, _("Allowed values"), [one.column for one in columns])
    sheet.append([sheet_cell(sheet, one.help) for one in columns])
    for row in zip_longest(*(one.values for one in columns), fillvalue=""):
        sheet.append([sheet_cell(sheet, value) for value in row])


def allowed_values(column: Column, transfer: Transfer, user: User | None) -> Allowed:
    """Say what a column takes: names of records the person may see, choices of the field, 1 and 0; else any text."""
    widget = column.lookup if isinstance(column, LinkedColumn) else column.widget
    if isinstance(widget, LookupWidget):
        values, more = _names(widget, user)
        return Allowed(column.column_name, _help(column, more), values)
    return Allowed(column.column_name, _help(column), list(_choices(column, transfer)))


def _help(column: Column, has_more: bool = False) -> str:
    parts = [str(column.help)] if column.help else []
    if has_more:
        parts.append(_("The first %(count)d names are listed.") % {"count": NAMES_LISTED})
    return " ".join(parts)


def _names(widget: LookupWidget, user: User | None) -> tuple[list[str], bool]:
    """Return the first names in use, and whether there are more."""
    rows = widget.model._default_manager.all() if widget.rows is None else widget.rows(Options(actor=user))
    field = widget.field
    names = rows.exclude(**{f"{field}__isnull": True}).order_by(field).values_list(field, flat=True).distinct()
    found = [str(name) for name in names[: NAMES_LISTED + 1] if str(name)]
    return found[:NAMES_LISTED], len(found) > NAMES_LISTED


def _choices(column: Column, transfer: Transfer) -> Iterable[str]:
    field = _field(column, transfer.model)
    if isinstance(column.widget, BooleanWidget) or isinstance(field, models.BooleanField):
        return ["1", "0"]
    return [str(value) for value, _label in getattr(field, "flatchoices", ()) if value not in (None, "")]


def _field(column: Column, model: type[models.Model]) -> Any:
    try:
        return model._meta.get_field(column.attribute or "")
    except FieldDoesNotExist:
        return None
