"""Cells that only Python can read: each different text once, by the widget and the field's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MinValueValidator
from django.db import connection, models

from foundation.transfers.engine.layout import Cell, Kind, Layout
from foundation.transfers.engine.sql import bundles, column_type, execute, literal
from foundation.transfers.options import NumberStyle, Options
from foundation.transfers.widgets import DecimalWidget

AT_ONCE = 10_000


def parse(layout: Layout) -> None:
    """Make for each such cell a table of its texts: `p3 (cell, value, messages)`."""
    for cell in layout.cells:
        if cell.kind in (Kind.PARSED, Kind.LINKS, Kind.DELETES):
            kind = column_type(cell.field) if cell.field else "boolean" if cell.kind is Kind.DELETES else "text[]"
            execute(f"CREATE TEMP TABLE p{cell.number} (cell text, value {kind}, messages text[]) ON COMMIT DROP")
            plain = _plain_numbers(cell, layout.options)
            if plain:
                _cast(cell, plain)
            for texts in _texts(cell, but=plain):
                _write(f"p{cell.number}", (_parsed(cell, text, layout.options) for text in texts))
            execute(f"ANALYZE p{cell.number}")


def _plain_numbers(cell: Cell, options: Options) -> str:
    """Pattern of numbers that PostgreSQL reads as Python does and that nothing else forbids; blank: none."""
    widget, known = cell.column.widget, cell.field
    is_plain = isinstance(widget, DecimalWidget) and options.numbers == NumberStyle.POINT
    if not is_plain or not isinstance(known, models.DecimalField):
        return ""
    for check in known.validators:
        is_lower = type(check) is MinValueValidator and check.limit_value <= 0
        if not is_lower and not isinstance(check, DecimalValidator):
            return ""
    if (known.max_digits, known.decimal_places) != (widget.digits, widget.places):
        return ""
    return f"^[0-9]{{1,{widget.digits - widget.places}}}([.][0-9]{{1,{widget.places}}})?$"


def _cast(cell: Cell, pattern: str) -> None:
    """Have the database read them: a file of prices has nearly as many as rows."""
    execute(f"""
        INSERT INTO p{cell.number} SELECT {cell.raw}, {cell.raw}::numeric, NULL
        FROM fresh f WHERE {cell.raw} ~ {literal(pattern)} GROUP BY {cell.raw}
    """)


def _texts(cell: Cell, but: str = "") -> Iterator[list[str]]:
    """Yield the different texts in bundles."""
    others = f" AND {cell.raw} !~ {literal(but)}" if but else ""
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
