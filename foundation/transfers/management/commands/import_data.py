"""`manage.py import_data customers FILE`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from foundation.identity.models import User
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing.preview import first_errors
from foundation.transfers.importing.runs import run_arrange, run_check, run_create
from foundation.transfers.into import into_named
from foundation.transfers.management.arguments import NOTHING_DONE, named_person, named_transfer
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportProfile, ImportRun
from foundation.transfers.options import Blank, Options, Strategy
from foundation.transfers.reading import Shape, Sniffed, sniff
from foundation.transfers.registry import Transfer

SOME_REFUSED = 1
ERRORS_PRINTED = 200
COUNTS = ("read", "new", "changed", "unchanged", "deleted", "left", "refused")


class Command(BaseCommand):
    """Import a file here and now, as a run that stays in the list of imports.

    Exit codes: 0 all rows are in, 1 some rows were refused, 2 nothing could be done.
    """

    help = "Import a CSV or XLSX file. Exit code 0: all rows are in; 1: some rows were refused; 2: nothing was done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, from where, how."""
        parser.add_argument("what", help="what the file holds, for example customers")
        parser.add_argument("file", type=Path, help="CSV or XLSX file")
        parser.add_argument("--dry-run", action="store_true", help="only check: nothing is kept")
        parser.add_argument("--create-missing", action="store_true", help="make groups and terms that do not exist")
        parser.add_argument("--strategy", choices=Strategy.values, default=Strategy.UPSERT, help="which rows to write")
        parser.add_argument("--blank", choices=Blank.values, default=Blank.KEEP, help="what a blank cell means")
        parser.add_argument("--all-or-nothing", action="store_true", help="one refused row keeps all others out")
        parser.add_argument("--check-everything", action="store_true", help="look also at rows known to be unchanged")
        parser.add_argument(
            "--mapping", metavar="PROFILE|FILE", help="a saved profile, or a JSON file {column: header}"
        )
        parser.add_argument("--into", metavar="NAME", help="what the file goes into: of prices, the price list")
        parser.add_argument("--encoding", help="such as cp1250; without it the file is looked at")
        parser.add_argument("--delimiter", help="such as ; (or the word tab)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--user", metavar="E-MAIL", help="on whose behalf (owner of new records, their rights)")

    def handle(self, *, what: str, file: Path, user: str | None, **options: Any) -> None:
        """Check the file, write its good rows, print how it went."""
        try:
            run = self._created(named_transfer(what), file, named_person(user), options)
        except CommandError as error:
            if options["json"]:
                self.stdout.write(json.dumps({"run": None, "error": str(error)}))
            raise
        job = run_check(run=run, ring=False, apply=not options["dry_run"])
        run_here(job, watch=None if options["json"] or not sys.stderr.isatty() else self._show_progress)
        run.refresh_from_db()
        self._print(run, job, as_json=options["json"])
        is_refusal = bool(run.counts.get("refused"))
        if job.state != Job.State.SUCCEEDED:
            sys.exit(SOME_REFUSED if is_refusal and options["all_or_nothing"] else NOTHING_DONE)
        if is_refusal:
            sys.exit(SOME_REFUSED)

    def _created(self, transfer: Transfer, path: Path, owner: User | None, options: dict[str, Any]) -> ImportRun:
        try:
            with path.open("rb") as content:
                shape = _shape(sniff(content, path.name), options)
                file = File(content, name=path.name)
                chosen = _chosen(transfer, options)
                run = run_create(transfer=transfer, file=file, name=path.name, owner=owner, shape=shape, options=chosen)
            return run_arrange(
                run=run,
                shape=shape,
                mapping=_mapping(transfer, options["mapping"]),
                options=chosen,
            )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=NOTHING_DONE) from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=NOTHING_DONE) from error

    def _show_progress(self, job: Job) -> None:
        progress = job.progress
        percent = f"{100 * progress.done // progress.total:3d} % " if progress.total else ""
        self.stderr.write(f"\r{percent}{progress.message or ''}\033[K", ending="")

    def _print(self, run: ImportRun, job: Job, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_json(run, job)))
            return
        if not run.counts:
            self.stderr.write(job.error or run.error)
            return
        for error in first_errors(run, ERRORS_PRINTED):
            place = f"line {error['line']}" + (f", {error['column']}" if error["column"] else "")
            self.stderr.write(f"{place}: {error['message']}")
        if run.counts["errors"] > ERRORS_PRINTED:
            self.stderr.write(f"… and {run.counts['errors'] - ERRORS_PRINTED} more.")
        if run.unknown_headers:
            self.stderr.write(f"Columns nobody knows, left out: {', '.join(run.unknown_headers)}")
        if job.error:
            self.stderr.write(job.error)
        numbers = ", ".join(f"{name} {run.counts[name]}" for name in COUNTS)
        self.stdout.write(f"import {run.pk}, {run.get_state_display().lower()}: {numbers}")


def _as_json(run: ImportRun, job: Job) -> dict[str, Any]:
    counts = {name: run.counts.get(name, 0) for name in COUNTS}
    errors = first_errors(run) if run.counts else []
    return {"run": run.pk, "state": run.state, "error": job.error, **counts, "errors": errors}


def _shape(sniffed: Sniffed, options: dict[str, Any]) -> Shape:
    """The form of the file; nobody is here to look at a guess, so a doubtful encoding must be named."""
    is_sure = sniffed.shape.encoding.lower().startswith("utf") and not sniffed.is_mixed
    if not is_sure and not options["encoding"]:
        likely = next(choice for choice in sniffed.encodings if choice.code == sniffed.shape.encoding)
        raise ValidationError(
            f"The file is not UTF-8. It may be {likely.label}: "
            f"“{' / '.join(likely.lines[:2])}”. Say so with --encoding {likely.code}, or name another."
        )
    chosen = {name: options[name] for name in ("encoding", "delimiter") if options[name]}
    if chosen.get("delimiter") == "tab":
        chosen["delimiter"] = "\t"
    return replace(sniffed.shape, **chosen)


def _chosen(transfer: Transfer, options: dict[str, Any]) -> Options:
    """How the rows are taken, and into what."""
    into = into_named(transfer, options["into"]).pk if options["into"] else None
    return Options.from_json(options | {"into": into})


def _mapping(transfer: Transfer, named: str | None) -> Mapping | None:
    """A saved profile by its name, else the JSON in a file."""
    if named is None:
        return None
    if profile := ImportProfile.objects.filter(what=transfer.slug, name=named).first():
        return Mapping.from_json(profile.mapping)
    try:
        return Mapping.from_json(json.loads(Path(named).read_text(encoding="utf-8")))
    except OSError as error:
        raise ValidationError(f"There is neither a profile nor a file called “{named}”.") from error
    except json.JSONDecodeError as error:
        raise ValidationError(f"{named} is no JSON: line {error.lineno}, {error.msg}.") from error
