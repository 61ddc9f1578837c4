"""`manage.py export_data customers --out FILE`."""

from __future__ import annotations

import contextlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from foundation.identity.models import User
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.profiles import FileFormat, Profile
from foundation.transfers.exporting.services import export_to
from foundation.transfers.filtering import filtered
from foundation.transfers.management.arguments import named_person, named_transfer
from foundation.transfers.registry import Transfer

NOTHING_DONE = 2
STANDARD_OUTPUT = "-"


class Command(BaseCommand):
    """Write the records of one kind to a file or to standard output. Exit codes: 0 done, 2 nothing was written."""

    help = "Write records to a CSV or XLSX file that import_data reads back. Exit code 0: done; 2: nothing was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, in which form, which of them, where to."""
        parser.add_argument("what", help="what to export, for example customers")
        parser.add_argument("--profile", choices=Profile.values, default=Profile.HUB, help="for whom (default: hub)")
        parser.add_argument(
            "--format", choices=FileFormat.values, help="default: what the file's name ends in, else csv"
        )
        parser.add_argument("--columns", default="", help="only these, in this order: Id,Name")
        parser.add_argument(
            "--filter",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="only records with this value, such as vat_state=valid; several narrow it down further",
        )
        parser.add_argument("--user", metavar="E-MAIL", help="only what this person may see")
        parser.add_argument(
            "--out", default=STANDARD_OUTPUT, metavar="FILE", help="the file to write; - for standard output"
        )

    def handle(self, *, what: str, out: str, **options: Any) -> None:
        """Write the file; a file is complete or not there."""
        export = self._export(named_transfer(what), out, options)
        total = export.count()
        try:
            with _opened(out) as file:
                count = export_to(export=export, file=file, on_rows=lambda rows: self._show(rows, total))
        except ValidationError as error:
            raise _refused(error) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.", returncode=NOTHING_DONE) from error
        if out != STANDARD_OUTPUT:
            self.stderr.write(f"{count} {export.transfer.slug} written to {out}.")

    def _export(self, transfer: Transfer, out: str, options: dict[str, Any]) -> Export:
        names = tuple(filter(None, options["columns"].split(",")))
        person = named_person(options["user"])
        try:
            rows = _rows(transfer, person, options["filter"])
            export = Export(
                transfer,
                person,
                Profile(options["profile"]),
                FileFormat(options["format"] or _format_of(out)),
                names,
                rows,
                " ".join(options["filter"]),
            )
            export.columns  # noqa: B018  (an unknown one is said before anything begins)
        except ValidationError as error:
            raise _refused(error) from error
        return export

    def _show(self, rows: int, total: int) -> None:
        if sys.stderr.isatty():
            self.stderr.write(f"\r{rows} of {total}", ending="\n" if rows == total else "")


def _format_of(out: str) -> str:
    return FileFormat.XLSX if out.lower().endswith(".xlsx") else FileFormat.CSV


def _rows(transfer: Transfer, person: User | None, filters: list[str]) -> QuerySet[Any] | None:
    pairs = []
    for given in filters:
        name, equals, value = given.partition("=")
        if not equals:
            raise ValidationError(f"“{given}” is no filter: write NAME=VALUE.")
        pairs.append((name.strip(), value))
    return filtered(transfer, transfer.visible(person), pairs) if pairs else None


def _refused(error: ValidationError) -> CommandError:
    return CommandError(" ".join(error.messages), returncode=NOTHING_DONE)


@contextlib.contextmanager
def _opened(out: str) -> Iterator[IO[bytes]]:
    """Open the place to write to; a file gets its name only when it is complete."""
    if out == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(out)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
