"""Cells that name other records: each different name is looked up once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from foundation.transfers.engine.layout import Cell, Kind, Layout
from foundation.transfers.engine.sql import Names, execute, fetch, inlined, literal
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import Options

NUMBER = "^[0-9]{1,18}$"


def look_up(names: Names, layout: Layout) -> None:
    """Make for each naming cell a table of its names: `l3 (name, id, found)`; missing ones are made where allowed.

    What a name means that depends on the row is found out later, by linking.py.
    """
    for cell in layout.cells:
        if cell.kind is Kind.LOOKUP:
            _find(cell, layout.options, f"SELECT DISTINCT {name_in(cell)} AS name FROM fresh f WHERE {cell.filled}")
        elif cell.kind is Kind.LINKS and not cell.scope:
            _find(cell, layout.options, f"SELECT DISTINCT lower(unnest(value)) AS name FROM p{cell.number}")
            _collect_links(cell)
        else:
            continue
        if cell.lookup.creates(layout.options):
            _make_missing(names, cell)


def name_in(cell: Cell) -> str:
    """The form in which a cell's name is compared."""
    return f"ltrim({cell.raw}, '0')" if cell.lookup.by_number else f"lower({cell.raw})"


def _find(cell: Cell, options: Options, wanted: str) -> None:
    table, widget = f"l{cell.number}", cell.lookup
    number = f"CASE WHEN n.name ~ {literal(NUMBER)} THEN n.name::bigint END"  # the cast must not meet a text
    join = f"t.name = {number if widget.by_number else 'n.name'}"
    execute(f"""
        CREATE TEMP TABLE {table} ON COMMIT DROP AS
        SELECT n.name, min(t.id) AS id, count(t.id) AS found, NULL::text AS problem
        FROM ({wanted}) n LEFT JOIN ({named_rows(widget, options)}) t(id, name) ON {join} GROUP BY n.name
    """)
    execute(f"ANALYZE {table}")


def named_rows(widget: LookupWidget, options: Options) -> str:
    """SELECT of key and comparable name of the records a person may name."""
    rows = widget.rows_for(options).order_by()
    if widget.by_number:
        return inlined(rows.values_list("pk", widget.field))
    return inlined(rows.annotate(_name=Lower(widget.field)).values_list("pk", "_name"))


def _make_missing(names: Names, cell: Cell) -> None:
    """Give what is missing a key; it is inserted when the import is applied, if a good row needs it."""
    table = f"l{cell.number}"
    wanted = f"""SELECT {name_in(cell)} AS name, (array_agg({cell.raw} ORDER BY f._line))[1] AS written
        FROM fresh f WHERE {cell.filled} GROUP BY 1"""
    missing = fetch(f"SELECT w.name, w.written FROM {table} l JOIN ({wanted}) w USING (name) WHERE l.found = 0")
    problems = {key: creation_problems(cell.lookup, name) for key, name in missing}
    good = [(key, name) for key, name in missing if not problems[key]]
    for key, sentences in problems.items():
        if sentences:
            execute(f"UPDATE {table} SET problem = {literal(' '.join(sentences))} WHERE name = {literal(key)}")
    if good:
        _give_keys(names, cell, good)


def _give_keys(names: Names, cell: Cell, good: list[tuple[str, str]]) -> None:
    model, table = cell.lookup.model, f"l{cell.number}"
    sequence = f"pg_get_serial_sequence({literal(model._meta.db_table)}, {literal(model._meta.pk.column)})"
    values = ", ".join(f"({literal(key)}, {literal(name)})" for key, name in good)
    execute(f"""
        INSERT INTO {names.missing}
        SELECT {literal(model._meta.label)}, {literal(cell.lookup.field)}, {cell.number}, n.key, n.name,
               nextval({sequence}), false
        FROM (VALUES {values}) n(key, name)
    """)
    execute(f"""
        UPDATE {table} l SET id = m.id, found = 1 FROM {names.missing} m
        WHERE m.place = {cell.number} AND m.key = l.name
    """)


def creation_problems(widget: LookupWidget, name: str) -> list[str]:
    """What stands against making a record of this name; the same words as a form."""
    try:
        widget.model(**{widget.field: name}).clean_fields()
    except ValidationError as error:
        return list(error.messages)
    return []


def _collect_links(cell: Cell) -> None:
    """For cells with several names: `k3 (cell, ids, unknown)`, the keys in the order of the names."""
    number = cell.number
    execute(f"""
        CREATE TEMP TABLE k{number} ON COMMIT DROP AS
        SELECT p.cell, array_agg(l.id ORDER BY n.place) AS ids,
               array_agg(n.name ORDER BY n.place) FILTER (WHERE l.found = 0) AS unknown,
               array_agg(n.name ORDER BY n.place) FILTER (WHERE l.found > 1) AS doubtful
        FROM p{number} p CROSS JOIN LATERAL unnest(p.value) WITH ORDINALITY n(name, place)
        JOIN l{number} l ON l.name = lower(n.name) GROUP BY p.cell
    """)
