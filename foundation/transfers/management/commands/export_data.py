"""`manage.py export_data customers --out FILE`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.transfers.management.arguments import named_transfer
from foundation.transfers.moving import export_rows


class Command(BaseCommand):
    """Write every record of one kind to a CSV file or to standard output."""

    help = "Write records to a CSV file that import_data reads back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What and where to."""
        parser.add_argument("what", help="what to export, for example customers")
        parser.add_argument("--out", type=Path, help="the file to write; without it, standard output")

    def handle(self, *, what: str, out: Path | None, **options: Any) -> None:
        """Write the file; a file is complete or not there."""
        transfer = named_transfer(what)
        if out is None:
            export_rows(transfer, sys.stdout, user=None)
            return
        draft = out.with_name(f".{out.name}.part")
        try:
            with draft.open("w", encoding="utf-8", newline="") as file:
                count = export_rows(transfer, file, user=None)
            draft.replace(out)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.stderr.write(f"{count} {transfer.slug} written to {out}.")
