"""Fill an empty database from a dump."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from integration_hub.dumps import DumpError, database_restore


class Command(BaseCommand):
    """Restores what `dump_database` or `pg_dump --format=custom` wrote; never into a database that holds something."""

    help = "Restore a dump into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Restore."""
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if connection.introspection.table_names():
            raise CommandError("The database is not empty: restore into a new one (HUB_DATA_DIR or DATABASE_URL).")
        connection.close()
        try:
            database_restore(connection.settings_dict, file)
        except DumpError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Start the hub with the field keys the dump was made with.")
