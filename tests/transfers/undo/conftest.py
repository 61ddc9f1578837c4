"""Runs, hands and undos for the tests of the undo."""

import contextlib
import itertools
from collections.abc import Iterator

from django.db import connection

from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.transfers.undo import UndoPlan, UndoReport, apply_undo, plan_undo

_jobs = itertools.count(1000)


class Run:
    """What an import run writes: `with run.writing(): …`, as often as it likes."""

    def __init__(self, reason: str = "Import of customers") -> None:
        self.job_id = next(_jobs)
        self.reason = reason

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction of the run."""
        with recording(source=Source.IMPORT, job_id=self.job_id, reason=self.reason):
            yield

    def sql(self, statement: str, *parameters: object) -> None:
        """Write in bulk."""
        with self.writing(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    def plan(self) -> UndoPlan:
        """What an undo would do."""
        return plan_undo([self.job_id])

    def undo(self, plan: UndoPlan | None = None) -> UndoReport:
        """Undo it, as a job of its own would."""
        with recording(source=Source.UNDO, job_id=next(_jobs), reason=f"Undo of {self.reason}"):
            return apply_undo(plan or self.plan())


@contextlib.contextmanager
def by_hand() -> Iterator[None]:
    """Somebody edits a form."""
    with recording(source=Source.FORM):
        yield


def numbers(report: UndoReport) -> tuple[int, int, int, int]:
    """Deleted, restored, returned, left."""
    return report.deleted, report.restored, report.returned, report.left


def left(plan: UndoPlan) -> list[tuple[str, str, list[str], str]]:
    """What stays: kind, name, fields, reason."""
    return [(row.table, row.name, row.fields, row.reason) for row in plan.left()]
