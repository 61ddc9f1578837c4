"""For tests and benchmarks: the engine without files, runs and jobs around it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from foundation.transfers.engine.applying import apply
from foundation.transfers.engine.checking import Counts, check
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, fetch
from foundation.transfers.engine.staging import StagedRow, drop_tables
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.plain.headers import match_headers
from foundation.transfers.plain.tables import Table
from foundation.transfers.reading.records import ragged
from foundation.transfers.reports import Refusal

_numbers = itertools.count(1_000_000)


def import_table(resource: PlainResource, table: Table, options: Options) -> tuple[Counts, list[Refusal]]:
    """Check a table and, unless it is a dry run, write its good rows."""
    names, layout = Names(next(_numbers)), layout_for(resource, table.headers, options)
    try:
        counts = check(
            names, layout, _staged(table, layout, resource), on_rows=lambda done: None, on_step=lambda text: None
        )
        if not options.dry_run:
            apply(names, layout, lambda done: None)
        return counts, refusals(names)
    finally:
        drop_tables(names)


def refusals(names: Names) -> list[Refusal]:
    """Everything that is wrong, by line."""
    query = f"SELECT _line, column_name, value, message FROM {names.errors} ORDER BY _line, place, message"
    return [Refusal(*row) for row in fetch(query)]


def layout_for(resource: PlainResource, headers: list[str], options: Options) -> Layout:
    """The layout of a file with our own headers."""
    resource.options = options
    matched, _unknown = match_headers(resource.columns(), headers)
    by_name = {column.column_name: column for column in resource.columns()}
    return Layout(resource, [by_name[name] for name in matched if name], options)


def _staged(table: Table, layout: Layout, resource: PlainResource) -> Iterator[StagedRow]:
    matched, _unknown = match_headers(resource.columns(), table.headers)
    for number, record in enumerate(table.records, start=1):
        if sentence := ragged(record, len(table.headers)):
            yield record.line, number, sentence, [None] * len(layout.brought)
            continue
        given = {name: cell.strip() or None for cell, name in zip(record.cells, matched, strict=True) if name}
        yield record.line, number, None, [given[cell.column.column_name] for cell in layout.brought]
