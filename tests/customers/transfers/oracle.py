"""The same file by the engine and row by row: what both leave and say, for resources of any kind."""

import csv
import io

from django.db import transaction
from hypothesis import strategies as st

from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table


def table_of(headers, lines):
    """A table as it comes out of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headers, *lines])
    return read_table(io.BytesIO(text.getvalue().encode()))


def files(cells, *, most=6, always=()):
    """A strategy for (headers, lines): some of the columns, each with some of its cells."""
    others = [name for name in cells if name not in always]
    headers = st.lists(st.sampled_from(others), min_size=0 if always else 1, max_size=most, unique=True)
    return headers.map(lambda chosen: [*always, *chosen]).flatmap(
        lambda chosen: st.tuples(
            st.just(chosen),
            st.lists(st.tuples(*[st.sampled_from(cells[header]) for header in chosen]), min_size=1, max_size=6),
        )
    )


HOW = st.fixed_dictionaries(
    {
        "create_missing": st.booleans(),
        "strategy": st.sampled_from(["upsert", "upsert", "add", "update"]),
        "blank": st.sampled_from(["keep", "keep", "clear"]),
    }
)


def outcome(run, state):
    """What a way of importing leaves, and what it says; nothing of it stays."""
    with transaction.atomic():
        with recording():
            counts, refusals = run()
        result = state(), counts, sorted({(r.line, r.message) for r in refusals})
        transaction.set_rollback(True)
    return result


def by_engine(resource, table, options, state):
    """The engine's outcome."""

    def run():
        counts, refusals = import_table(resource(), table, Options(**options))
        unchanged = counts.unchanged + counts.left
        return (counts.new, counts.changed, unchanged, counts.deleted, counts.refused), refusals

    return outcome(run, state)


def by_row(resource, table, options, state):
    """The plain way's outcome."""

    def run():
        report = resource().import_table(table, Options(**options))
        counts = report.added, report.replaced, report.unchanged, report.deleted, report.error_entries
        return counts, report.refusals

    return outcome(run, state)
