"""`manage.py undo_import RUN`."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_plan_undo, run_undo, undo_books
from foundation.transfers.management.arguments import NOTHING_DONE, named_person
from foundation.transfers.models import ImportRun
from foundation.transfers.undo import UndoPlan

SOME_LEFT = 1
BOOKED_BACK = "taken_back"
COUNTS = ("total", "deleted", "restored", "returned", "left")


class Command(BaseCommand):
    """Take back what an import wrote; what was changed since stays and is listed.

    Exit codes: 0 everything was taken back, 1 something was left, 2 nothing could be done.
    """

    help = "Undo an import. Exit code 0: all of it was taken back; 1: something was left; 2: nothing was done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which import."""
        parser.add_argument("run", type=int, help="number of the import, as import_data printed it")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--user", metavar="E-MAIL", help="on whose behalf")

    def handle(self, *, run: int, user: str | None, dry_run: bool, **options: Any) -> None:
        """Work out what would happen, do it, print what was left."""
        imported = ImportRun.objects.filter(pk=run).first()
        if imported is None:
            raise CommandError(f"There is no import {run}.", returncode=NOTHING_DONE)
        by = named_person(user)
        try:
            self._done(run_plan_undo(run=imported, by=by, ring=False))
            imported.refresh_from_db()
            plan = UndoPlan.from_json(imported.undo_plan or {})
            report = {"total": plan.total, "left": plan.left_total} | undo_books(imported).as_json()
            if not dry_run:
                report = self._done(run_undo(run=imported, by=by, ring=False))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=NOTHING_DONE) from error
        self._print(plan, report, as_json=options["json"])
        if report["left"]:
            sys.exit(SOME_LEFT)

    def _done(self, job: Job) -> dict[str, Any]:
        ended = run_here(job)
        if ended.state != Job.State.SUCCEEDED:
            raise CommandError(ended.error, returncode=NOTHING_DONE)
        return ended.result or {}

    def _print(self, plan: UndoPlan, report: dict[str, Any], *, as_json: bool) -> None:
        left = [{"record": row.name, "reason": row.reason} for row in plan.left()] if report["left"] else []
        if as_json:
            self.stdout.write(json.dumps(report | {"left_rows": left}))
            return
        for row in left:
            self.stderr.write(f"{row['record']}: {row['reason']}")
        numbers = [f"{name} {report[name]}" for name in COUNTS if name in report]
        if booked := report.get(BOOKED_BACK):  # only files of stock book anything
            numbers.append(f"booked back {booked}")
        if below := report.get("below_zero_total"):
            numbers.append(f"below zero {below}")
            self.stderr.write("\n".join(report["below_zero"]))
        self.stdout.write(", ".join(numbers))
