"""The check of a file from staging to counts. It writes nothing but staging tables and seals of unchanged rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.transfers.engine import (
    creating,
    drafting,
    families,
    holding,
    judging,
    linking,
    matching,
    naming,
    parsing,
    rewriting,
    ruling,
    staging,
    taking,
)
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, execute, fetch, prepare_session

Step = Callable[[str], None]


@dataclass
class Counts:
    """What an import would do, or did. `unchanged` and `left` rows are not written; `errors` counts messages."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left: int = 0
    deleted: int = 0
    refused: int = 0
    errors: int = 0
    created: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)  # what people should hear of the rows

    def as_json(self) -> dict[str, Any]:
        """For storing."""
        return asdict(self)


@transaction.atomic
def check(
    names: Names, layout: Layout, rows: Iterable[staging.StagedRow], *, on_rows: Callable[[int], None], on_step: Step
) -> Counts:
    """Stage the rows of a file and find out what would become of each."""
    prepare_session()
    staging.make_tables(names, layout)
    read = staging.copy_rows(names, layout, rows, on_rows)
    on_step(_("Looking for what has changed"))
    notes = layout.resource.complete(names, layout)
    staging.find_unchanged(names, layout, read)
    if staging.is_nothing_new(names):
        staging.make_empty_rows(names, layout)
        return Counts(read=read, unchanged=read, notes=notes)
    staging.refuse_unreadable(names)
    _understand(layout, names, on_step)
    _judge(layout, names, on_step)
    counts = _count(names, read)
    counts.notes = notes
    staging.seal(names, layout, "r._state = 'unchanged'")
    return counts


def _understand(layout: Layout, names: Names, on_step: Step) -> None:
    """From cells to the records they would become."""
    on_step(_("Reading values"))
    rewriting.rewrite(layout)
    parsing.parse(layout)
    naming.look_up(names, layout)
    matching.match(layout)
    drafting.draft(layout)
    judging.judge_identities(names, layout)
    drafting.forgive_deleting(names)
    judging.judge_doubles(names, layout)
    families.find_parents(layout)
    drafting.set_astray_apart(names)
    drafting.set_left_apart(names, layout)
    on_step(_("Asking the rules"))
    ruling.ask(layout)
    linking.resolve(names, layout)
    ruling.settle_rows(names, layout)


def _judge(layout: Layout, names: Names, on_step: Step) -> None:
    """All errors of all rows; rows without any are left in the table of rows."""
    on_step(_("Checking"))
    judging.judge_cells(names, layout)
    judging.judge_rules(names, layout)
    families.judge_parents(names, layout)
    holding.judge_constraints(names, layout)
    holding.judge_unique(names, layout)
    linking.judge_owners(names, layout)
    families.judge_families(names, layout)
    judging.judge_versions(names, layout)
    layout.resource.judge(names, layout)
    execute(f"DELETE FROM {names.rows} r USING (SELECT DISTINCT _line FROM {names.errors}) e WHERE r._line = e._line")
    taking.settle(names, layout)
    rewriting.bring_errors_back(names, layout)
    execute(f"CREATE INDEX ON {names.rows} (_state, _line)")
    families.measure_depth(names, layout)
    creating.note_used(names, layout)


def _count(names: Names, read: int) -> Counts:
    counts = Counts(read=read)
    for state, count in fetch(f"SELECT _state, count(*) FROM {names.rows} GROUP BY _state"):
        setattr(counts, state, count)
    ((counts.left, sealed, counts.refused, counts.errors),) = fetch(f"""
        SELECT (SELECT count(*) FROM {names.left}),
               (SELECT count(*) FROM {names.seen} s WHERE s.record IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM {names.errors} e WHERE e._line = s._line)),
               count(DISTINCT _line), count(*) FROM {names.errors}
    """)
    counts.unchanged += sealed
    counts.created = dict(creating.used(names))
    return counts
