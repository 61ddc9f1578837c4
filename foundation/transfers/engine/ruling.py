"""The resource's rules in Python, asked once for each different input, and the rows as they come out: table `rows`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection

from foundation.transfers.declaration import Rule
from foundation.transfers.engine.drafting import read_columns
from foundation.transfers.engine.layout import AnyField, Layout
from foundation.transfers.engine.linking import linked, linking_joins
from foundation.transfers.engine.sql import Names, bundles, column_type, execute, quoted
from foundation.transfers.engine.taking import columns

AT_ONCE = 10_000


def ask(layout: Layout) -> None:
    """Make for each rule its answers: `r0 (key, <what it writes>, messages)`."""
    for number, rule in enumerate(layout.rules()):
        fields = [_field(layout, name) for name in rule.writes]
        columns = "".join(f", {quoted(str(f.column))} {column_type(f)}" for f in fields)
        execute(f"CREATE TEMP TABLE r{number} (key text{columns}, messages jsonb) ON COMMIT DROP")
        for asked in bundles(_questions(layout, number, rule), AT_ONCE):
            with connection.cursor() as cursor, cursor.copy(f"COPY r{number} FROM STDIN") as copy:
                for row in _answers(rule, fields, asked):
                    copy.write_row(row)
        execute(f"ANALYZE r{number}")


def _field(layout: Layout, name: str) -> AnyField:
    return layout.model._meta.get_field(name)  # type: ignore[return-value]


def _questions(layout: Layout, number: int, rule: Rule) -> str:
    columns = ", ".join(read_columns(layout, rule))
    key = f"_key{number}"
    return f"SELECT DISTINCT ON ({key}) {key}, _context{number}, {columns} FROM draft WHERE {key} IS NOT NULL"


def _answers(rule: Rule, fields: list[AnyField], asked: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for key, context, *values in asked:
        given = dict(zip(rule.reads, values, strict=True))
        if rule.context:
            given["context"] = context or ""
        try:
            made = rule.compute(**given)
        except ValidationError as error:
            yield key, *[None] * len(fields), json.dumps(_by_field(error))
            continue
        yield key, *[f.get_db_prep_save(made[f.name], connection) for f in fields], None


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}


def settle_rows(names: Names, layout: Layout) -> None:
    """Make the table of rows: the draft with what the rules made of it, and what would happen to each row."""
    fields = ", ".join(f"{_final(layout, known)} AS {quoted(str(known.column))}" for known in layout.fields)
    links = "".join(f", {linked(cell)} AS k{cell.number}" for cell in layout.links)
    rules = " ".join(f"LEFT JOIN r{n} ON r{n}.key = d._key{n}" for n in range(len(layout.rules())))
    execute(f"""
        CREATE UNLOGGED TABLE {names.rows} AS
        SELECT inside.*, {_links_hash(layout)} AS _links, {_state(layout)} AS _state FROM (
            SELECT d._line, d._number, d._hash, d._new, d._version, d.id, d._deletes,
                   {fields}{links}{columns(layout, "d")}
            FROM draft d LEFT JOIN parents ON parents._line = d._line {rules} {linking_joins(layout)}
        ) inside LEFT JOIN {layout.table} t ON t.{layout.key} = inside.id AND NOT inside._new {_links_now(layout)}
        ORDER BY inside._line
    """)
    execute(f"CREATE INDEX ON {names.rows} (_line)")
    execute(f"CREATE INDEX ON {names.rows} (id)")
    parent = f", {layout.tree.column}" if layout.tree else ""
    execute(f"ANALYZE {names.rows} (_line, id, _state{parent})")


def _final(layout: Layout, known: AnyField) -> str:
    column = quoted(str(known.column))
    drafted = f"d.{column}"
    if layout.tree is not None and known.name == layout.tree.field.name:
        return f"CASE WHEN parents._line IS NOT NULL THEN parents.id ELSE {drafted} END"
    for number, rule in enumerate(layout.rules()):
        if known.name in rule.writes:
            drafted = f"CASE WHEN r{number}.key IS NOT NULL THEN r{number}.{column} ELSE {drafted} END"
    return drafted


def _links_now(layout: Layout) -> str:
    from foundation.transfers.engine.drafting import present_links

    return " ".join(
        f"LEFT JOIN LATERAL ({present_links(layout, cell)}) x{cell.number} ON true" for cell in layout.links
    )


def _links_hash(layout: Layout) -> str:
    """SQL of what staging.links_hash() says of the record: whoever changes its links before the import is noticed."""
    linked = ", ".join(f"x{cell.number}.ids" for cell in layout.links)
    return f"md5(ROW({linked})::text)::uuid" if linked else "NULL::uuid"


def _state(layout: Layout) -> str:
    """SQL of what would happen: `new`, `changed`, `unchanged`, `deleted`."""
    ours = [f"inside.{quoted(str(f.column))}" for f in layout.written()]
    theirs = [f"t.{quoted(str(f.column))}" for f in layout.written()]
    ours += [f"inside.k{cell.number}" for cell in layout.links]
    theirs += [f"x{cell.number}.ids" for cell in layout.links]
    changed = f"ROW({', '.join(ours)}) IS DISTINCT FROM ROW({', '.join(theirs)})" if ours else "false"
    known = f"WHEN inside._deletes THEN 'deleted' WHEN {changed} THEN 'changed' ELSE 'unchanged'"
    return f"CASE WHEN inside._new THEN 'new' {known} END"
