"""Write the whole database into one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from integration_hub.dumps import DumpError, database_dump


class Command(BaseCommand):
    """The database half of a backup; files and keys are the other (docs/operations.md)."""

    help = "Dump the whole database into a file, also while the hub runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Dump."""
        try:
            database_dump(connection.settings_dict, file)
        except (DumpError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file} holds the database ({file.stat().st_size} bytes).")
