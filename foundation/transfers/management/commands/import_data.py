"""`manage.py import_data customers FILE`."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from foundation.identity.models import User
from foundation.jobs.models import Job
from foundation.jobs.services import enqueue, run_here
from foundation.transfers.management.arguments import named_transfer

SOME_REFUSED, NOTHING_DONE = 1, 2


class Command(BaseCommand):
    """Import a CSV file here and now, as a job that stays in the list of jobs.

    Exit codes: 0 all rows are in, 1 some rows were refused, 2 nothing was done.
    """

    help = "Import a CSV file. Exit code 0: all rows are in; 1: some rows were refused; 2: nothing was done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, from where, how."""
        parser.add_argument("what", help="what the file holds, for example customers")
        parser.add_argument("file", type=Path, help="CSV file in UTF-8")
        parser.add_argument("--create-missing", action="store_true", help="make groups and terms that do not exist")
        parser.add_argument("--dry-run", action="store_true", help="only check: nothing is kept")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--user", metavar="E-MAIL", help="on whose behalf (owner of new records, their rights)")

    def handle(self, *, what: str, file: Path, user: str | None, **options: Any) -> None:
        """Run the job in this process and print how it went."""
        transfer = named_transfer(what)
        job = self._enqueue(transfer.slug, file, _person(user), options)
        run_here(job, watch=None if options["json"] or not sys.stderr.isatty() else self._show_progress)
        self._print(job, as_json=options["json"])
        if job.state != Job.State.SUCCEEDED:
            sys.exit(NOTHING_DONE)
        if job.result and job.result["error_entries"]:
            sys.exit(SOME_REFUSED)

    def _enqueue(self, what: str, path: Path, owner: User | None, options: dict[str, Any]) -> Job:
        args = {"what": what, "dry_run": options["dry_run"], "create_missing": options["create_missing"]}
        try:
            with path.open("rb") as content:
                return enqueue(
                    "transfers.import",
                    owner=owner,
                    args=args,
                    title=f"import_data {what} {path.name}",
                    files={path.name: File(content, name=path.name)},
                    ring=False,
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=NOTHING_DONE) from error

    def _show_progress(self, job: Job) -> None:
        self.stderr.write(f"\r{job.progress.done} of {job.progress.total}", ending="")

    def _print(self, job: Job, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"job": job.pk, "state": job.state, "error": job.error} | (job.result or {})))
        elif job.result is None:
            self.stderr.write(job.error)
        else:
            self._print_report(job.result)

    def _print_report(self, result: dict[str, Any]) -> None:
        for refusal in result["refusals"]:
            place = f"line {refusal['line']}" + (f", {refusal['column']}" if refusal["column"] else "")
            self.stderr.write(f"{place}: {refusal['message']}")
        if result["ignored_columns"]:
            self.stderr.write(f"Columns nobody knows, left out: {', '.join(result['ignored_columns'])}")
        kept = "would be " if result["dry_run"] else ""
        self.stdout.write(
            f"read {result['read']}: {kept}added {result['added']}, changed {result['replaced']}, "
            f"unchanged {result['unchanged']}, refused {result['error_entries']}"
        )


def _person(email: str | None) -> User | None:
    if email is None:
        return None
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        raise CommandError(f"Nobody signs in as {email}.", returncode=NOTHING_DONE) from None
