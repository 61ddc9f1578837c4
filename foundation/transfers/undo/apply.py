"""Does what a plan says: in slices, inside one recorded transaction that the caller has opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.changes.recording import current_recording
from foundation.changes.refusals import broken_rule, sentence_of
from foundation.changes.rule_triggers import judged_later
from foundation.jobs.crash_points import crash_point
from foundation.transfers.undo import holding, writing
from foundation.transfers.undo.plan import TableCounts, UndoPlan, Work
from foundation.transfers.undo.writing import Step

SLICE = 20_000
_SPAN = """
SELECT min(n), max(n) FROM $rows WHERE "table" = %s AND action = %s AND NOT is_left
"""
_SETTLE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED"

Progress = Callable[[int, int], None]
Refused = (IntegrityError, DataError)


@dataclass
class UndoReport:
    """What was done: numbers of records; `left` counts those that stayed as they are, wholly or in a field."""

    deleted: int = 0
    restored: int = 0
    returned: int = 0
    left: int = 0
    tables: dict[str, TableCounts] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For the job's result."""
        return asdict(self)

    @classmethod
    def of(cls, counts: dict[str, TableCounts]) -> UndoReport:
        """Sum up."""
        return cls(
            deleted=sum(c.delete for c in counts.values()),
            restored=sum(c.restore for c in counts.values()),
            returned=sum(c.bring_back for c in counts.values()),
            left=sum(c.left for c in counts.values()),
            tables=counts,
        )


def apply_undo(
    plan: UndoPlan,
    *,
    on_progress: Progress = lambda done, total: None,
    check_cancelled: Callable[[], None] = lambda: None,
) -> UndoReport:
    """Do what the plan says, less what has become impossible since; call it inside `recording(source=Source.UNDO)`.

    Rows are locked first and looked at again, so nothing that somebody else wrote in the meantime is lost.
    """
    running = current_recording()
    if running is None or not running.is_transaction:
        raise RuntimeError("An undo is a change like any other: apply it inside recording().")
    work = plan.work()
    holding.hold_moved(plan, work)
    holding.hold_impossible(plan, work)
    _Undo(plan, work, on_progress, check_cancelled).run()
    plan.count()
    report = UndoReport.of(plan.counts)
    plan.forget_rows()
    return report


class _Undo:
    """The writing part of an undo."""

    def __init__(self, plan: UndoPlan, work: Work, on_progress: Progress, check_cancelled: Callable[[], None]) -> None:
        self.plan, self.work = plan, work
        self.on_progress, self.check_cancelled = on_progress, check_cancelled
        self.done, self.total = 0, 0
        self.since = writing.last_change()

    def run(self) -> None:
        """All at once, rules that wait are asked at the end; if one is broken, find out by which row."""
        slices = list(self._slices())
        self.total = len(slices)
        try:
            with transaction.atomic(), judged_later():
                for step, first, last in slices:
                    self._write(step, first, last)
                self._finish()
        except Refused:
            self._run_carefully(slices)

    def _slices(self) -> Iterator[tuple[Step, int, int]]:
        for step in writing.steps(self.work):
            ((first, last),) = self.plan.fetch(_SPAN, [step.table.name, step.action])
            if first is not None:
                yield from ((step, start, min(start + SLICE - 1, last)) for start in range(first, last + 1, SLICE))

    def _write(self, step: Step, first: int, last: int) -> None:
        self.check_cancelled()
        self.plan.execute(step.sql, [*step.parameters, first, last])
        crash_point("undo.slice")
        self.done = min(self.done + 1, self.total)
        self.on_progress(self.done, self.total)

    def _finish(self) -> None:
        writing.settle(self.plan, self.work)
        writing.drop_byproducts(self.plan, self.work, since=self.since)
        self.plan.execute(_SETTLE)

    def _run_carefully(self, slices: list[tuple[Step, int, int]]) -> None:
        """Each slice by itself, halved where it is refused; single rows again and again while that helps others."""
        self.done, refused = 0, [_Refused(*part) for part in slices]
        while True:
            still = [found for part in refused for found in self._try(part.step, part.first, part.last)]
            if not still or (len(still) == len(refused) and all(part.sentence for part in refused)):
                break
            refused = still
        for part in {part.first: part for part in still}.values():
            holding.hold_refused(self.plan, part.first, part.sentence)
        self._finish()

    def _try(self, step: Step, first: int, last: int) -> list[_Refused]:
        try:
            with transaction.atomic(), judged_later():
                self._write(step, first, last)
                self.plan.execute(_SETTLE)
        except Refused as error:
            if first == last:
                return [_Refused(step, first, last, _sentence(error))]
            middle = (first + last) // 2
            return self._try(step, first, middle) + self._try(step, middle + 1, last)
        return []


@dataclass(frozen=True)
class _Refused:
    """Rows that are still to be written; a sentence says why a single one could not be."""

    step: Step
    first: int
    last: int
    sentence: str = ""


def _sentence(error: Any) -> str:
    known = sentence_of(error)
    return known or _("The database refuses it by the rule %(rule)s.") % {"rule": broken_rule(error) or "?"}
