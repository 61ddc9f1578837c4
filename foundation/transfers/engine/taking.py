"""Flags that one record of a holder has: of the rows of a file that take one, the last good one gets it."""

from __future__ import annotations

from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.sql import Names, execute, quoted


def takes_columns(layout: Layout) -> str:
    """SQL of a column per flag that says whether the row takes it, for the drafted rows."""
    return "".join(f", coalesce(p{cell.number}.value, false) AS _takes{n}" for n, _taken, cell in layout.taken())


def columns(layout: Layout, row: str) -> str:
    """These columns of drafted rows."""
    return "".join(f", {row}._takes{number}" for number, _taken, _cell in layout.taken())


def stays(layout: Layout, cell: Cell) -> bool:
    """Whether a no in this cell leaves the flag where it is."""
    return any(taken.always and cell is other for _number, taken, other in layout.taken())


def settle(names: Names, layout: Layout) -> None:
    """The others of a holder do not write a flag that one row takes: the database takes it from them."""
    for number, taken, _cell in layout.taken():
        holder = quoted(str(layout.model._meta.get_field(taken.holder).column))  # type: ignore[union-attr]
        flag = quoted(str(layout.model._meta.get_field(taken.field).column))  # type: ignore[union-attr]
        execute(f"""
            UPDATE {names.rows} r SET {flag} = false FROM (
                SELECT DISTINCT ON ({holder}) {holder} AS holder, id FROM {names.rows}
                WHERE _takes{number} AND _state <> 'deleted' ORDER BY {holder}, _line DESC
            ) winner
            WHERE r.{holder} = winner.holder AND r.id <> winner.id AND r.{flag}
        """)
