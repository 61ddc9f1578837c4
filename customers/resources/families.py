"""The order in which the customers of a file can be written: parents first, wherever they stand in the file."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from foundation.transfers.reports import Refusal
from foundation.transfers.tables import Record


class FamilyColumns(NamedTuple):
    """Headers that say who a customer is and whose subsidiary."""

    id: str = "Id"
    name: str = "Name"
    code: str = "External Id"
    parent_id: str = "Parent Id"
    parent_name: str = "Parent Name"


FAMILY_COLUMNS = FamilyColumns()
Key = tuple[str, str]


def parents_first(headers: list[str | None], records: list[Record]) -> tuple[list[Record], list[Refusal]]:
    """Sort records so that a parent comes before its children, each generation as in the file.

    Refuses rows that mean the same customer, and those on a circle, each naming the others' lines.
    """
    rows = {record.line: _cells(headers, record) for record in records}
    refusals = _doubled(rows)
    refused = {refusal.line for refusal in refusals}
    good = {record.line: record for record in records if record.line not in refused}
    lines, circular = _sorted_lines({line: rows[line] for line in good})
    return [good[line] for line in lines], refusals + circular


def _cells(headers: list[str | None], record: Record) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(headers, record.cells, strict=True) if name}


def _key(row: dict[str, str]) -> Key | None:
    """Return what tells which customer a row means."""
    for column in (FAMILY_COLUMNS.id, FAMILY_COLUMNS.code, FAMILY_COLUMNS.name):
        if row.get(column):
            return column, row[column].casefold()
    return None


def _doubled(rows: dict[int, dict[str, str]]) -> list[Refusal]:
    lines: dict[Key, list[int]] = {}
    for line, row in rows.items():
        if key := _key(row):
            lines.setdefault(key, []).append(line)
    sentence = _("The same customer stands on the lines %(lines)s: keep one of them.")
    return [
        Refusal(line, column, rows[line][column], sentence % {"lines": ", ".join(map(str, same))})
        for (column, _text), same in lines.items()
        if len(same) > 1
        for line in same
    ]


def _sorted_lines(rows: dict[int, dict[str, str]]) -> tuple[list[int], list[Refusal]]:
    """Sort by family; each circle found is refused and the rest sorted anew."""
    refusals: list[Refusal] = []
    while True:
        try:
            return list(TopologicalSorter(_parents(rows)).static_order()), refusals
        except CycleError as error:
            circle = list(dict.fromkeys(error.args[1]))
            refusals += [_circular(rows, line, circle) for line in circle]
            rows = {line: row for line, row in rows.items() if line not in circle}


def _parents(rows: dict[int, dict[str, str]]) -> dict[int, list[int]]:
    """Map each line to the line its parent stands on, if the file has it."""
    by_id = {row[FAMILY_COLUMNS.id]: line for line, row in rows.items() if row.get(FAMILY_COLUMNS.id)}
    by_name = {row[FAMILY_COLUMNS.name].casefold(): line for line, row in rows.items() if row.get(FAMILY_COLUMNS.name)}

    def parent(row: dict[str, str]) -> int | None:
        if row.get(FAMILY_COLUMNS.parent_id):
            return by_id.get(row[FAMILY_COLUMNS.parent_id])
        return by_name.get(row.get(FAMILY_COLUMNS.parent_name, "").casefold())

    return {line: [found] if (found := parent(row)) else [] for line, row in rows.items()}


def _circular(rows: dict[int, dict[str, Any]], line: int, circle: list[int]) -> Refusal:
    column = FAMILY_COLUMNS.parent_id if rows[line].get(FAMILY_COLUMNS.parent_id) else FAMILY_COLUMNS.parent_name
    name = rows[line].get(FAMILY_COLUMNS.name, "")
    if len(circle) == 1:
        message = _("Circular reference detected. '%(name)s' cannot be its own parent.") % {"name": name}
    else:
        lines = ", ".join(map(str, sorted(circle)))
        message = _("Circular reference detected. The lines %(lines)s are each other's parents.") % {"lines": lines}
    return Refusal(line, column, rows[line][column], message)
