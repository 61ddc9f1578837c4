"""Cells that only Python can read: each different text once, by the widget and the field's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from foundation.transfers.engine.layout import Cell, Kind, Layout
from foundation.transfers.engine.sql import bundles, column_type, execute
from foundation.transfers.options import Options

AT_ONCE = 10_000


def parse(layout: Layout) -> None:
    """Make for each such cell a table of its texts: `p3 (cell, value, messages)`."""
    for cell in layout.cells:
        if cell.kind in (Kind.PARSED, Kind.LINKS, Kind.DELETES):
            kind = column_type(cell.field) if cell.field else "boolean" if cell.kind is Kind.DELETES else "text[]"
            execute(f"CREATE TEMP TABLE p{cell.number} (cell text, value {kind}, messages text[]) ON COMMIT DROP")
            for texts in _texts(cell):
                _write(f"p{cell.number}", (_parsed(cell, text, layout.options) for text in texts))
            execute(f"ANALYZE p{cell.number}")


def _texts(cell: Cell) -> Iterator[list[str]]:
    """Yield the different texts in bundles."""
    others = f" AND f.{cell.number_name} IS NULL" if cell.is_number else ""
    query = f"SELECT DISTINCT {cell.raw} FROM fresh f WHERE {cell.filled}{others}"
    for rows in bundles(query, AT_ONCE):
        yield [text for (text,) in rows]


def _write(table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _parsed(cell: Cell, text: str, options: Options) -> tuple[str, Any, list[str] | None]:
    try:
        value = cell.column.widget.clean(text, options=options)
        if cell.field is not None:
            value = cell.field.get_db_prep_save(cell.field.clean(value, None), connection)
    except ValidationError as error:
        return text, None, list(error.messages)
    except ValueError as error:
        return text, None, [str(error)]
    return text, value, None
