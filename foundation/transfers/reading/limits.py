"""How much a file may hold: asked before the work and again while it goes on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from foundation.transfers.reading.errors import UnreadableFileError

LONGEST_LINE = 10_000_000  # characters; what is longer is no row of a table, and is not waited for
MOST_UNPACKED_TIMES = 100  # a workbook may unpack to so many times its size
MOST_SHEETS = 200


@dataclass(frozen=True)
class Limits:
    """The limits of one reading; `cell` is in characters and refuses a row, the others refuse the file."""

    size: int
    rows: int
    columns: int
    cell: int
    unpacked: int

    @classmethod
    def from_settings(cls) -> Limits:
        """Return what this installation allows."""
        return cls(
            size=settings.HUB_IMPORT_MAX_BYTES,
            rows=settings.HUB_IMPORT_MAX_ROWS,
            columns=settings.HUB_IMPORT_MAX_COLUMNS,
            cell=settings.HUB_IMPORT_MAX_CELL,
            unpacked=settings.HUB_IMPORT_MAX_UNPACKED,
        )

    def check_size(self, file: IO[bytes]) -> int:
        """Refuse a file that is too large before anybody reads it; leave it at its start and return its size."""
        size = file.seek(0, os.SEEK_END) or file.tell()
        file.seek(0)
        self.check_bytes(size)
        return size

    def check_bytes(self, size: int) -> None:
        """Refuse so many bytes."""
        if size > self.size:
            raise UnreadableFileError(
                _("The file has %(size)s; at most %(limit)s are taken. Split it into parts.")
                % {"size": filesizeformat(size), "limit": filesizeformat(self.size)}
            )

    def check_rows(self, rows: int) -> None:
        """Refuse so many rows below the header."""
        if rows > self.rows:
            raise UnreadableFileError(
                _("The file has more than %(limit)s rows. Split it into parts.") % {"limit": f"{self.rows:,}"}
            )

    def check_columns(self, columns: int) -> None:
        """Refuse so many columns in the header."""
        if columns > self.columns:
            raise UnreadableFileError(
                _("The first line names %(columns)d columns; at most %(limit)d are taken. Leave some out.")
                % {"columns": columns, "limit": self.columns}
            )

    def long_cell(self, cells: list[str]) -> str:
        """Return what is wrong with a row if one of its cells is too long, else nothing."""
        for number, cell in enumerate(cells, start=1):
            if len(cell) > self.cell:
                return _("The cell in column %(column)d has %(length)s characters; at most %(limit)s are taken.") % {
                    "column": number,
                    "length": f"{len(cell):,}",
                    "limit": f"{self.cell:,}",
                }
        return ""
