"""Cells that are made of other cells, each different input once, and errors brought back to the column of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from foundation.transfers.declaration import Rewrite
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.sql import Names, bundles, execute, literal

AT_ONCE = 10_000


def rewrite(layout: Layout) -> None:
    """Change the cells of all fresh rows."""
    for number, one in enumerate(layout.rewrites):
        read, written = _cells(layout, one.reads), _cells(layout, one.writes)
        columns = "".join(f", {cell.name} text" for cell in written)
        execute(f"CREATE TEMP TABLE rewritten{number} (key text{columns}) ON COMMIT DROP")
        for asked in bundles(_questions(layout, one, read), AT_ONCE):
            with connection.cursor() as cursor, cursor.copy(f"COPY rewritten{number} FROM STDIN") as copy:
                for row in _answers(one, read, written, asked):
                    copy.write_row(row)
        execute(f"ANALYZE rewritten{number}")
        values = ", ".join(f"{cell.name} = w.{cell.name}" for cell in written)
        execute(f"UPDATE fresh f SET {values} FROM rewritten{number} w WHERE w.key = {_key(read)}")


def _cells(layout: Layout, columns: tuple[str, ...]) -> list[Cell]:
    return [cell for cell in map(layout.named, columns) if cell is not None]


def _key(read: list[Cell]) -> str:
    return f"ROW({', '.join(cell.raw for cell in read)})::text"


def _questions(layout: Layout, one: Rewrite, read: list[Cell]) -> str:
    filled = " OR ".join(f"{cell.raw} IS NOT NULL" for cell in _cells(layout, one.needs))
    texts = ", ".join(cell.raw for cell in read)
    return f"SELECT DISTINCT {_key(read)}, {texts} FROM fresh f WHERE {filled}"


def _answers(
    one: Rewrite, read: list[Cell], written: list[Cell], asked: list[tuple[Any, ...]]
) -> Iterator[tuple[str | None, ...]]:
    names = [str(cell.column.column_name) for cell in read]
    blank = dict.fromkeys(one.reads, "")
    for key, *texts in asked:
        given = dict(zip(names, (text or "" for text in texts), strict=True))
        made = one.compute(blank | given)
        yield key, *(made[str(cell.column.column_name)] or None for cell in written)


def bring_errors_back(names: Names, layout: Layout) -> None:
    """An error of a cell that the file does not have is one of the column it was made of; values are those written."""
    for one in layout.rewrites:
        cause = next(cell for cell in _cells(layout, one.needs) if cell in layout.brought)
        for cell in _cells(layout, one.writes):
            told = cell if cell in layout.brought else cause
            execute(f"""
                UPDATE {names.errors} e SET place = {told.number}, column_name = {literal(told.column.column_name)},
                       value = coalesce(f.{told.name}, '')
                FROM {names.raw} f WHERE f._line = e._line AND e.place = {cell.number}
            """)
