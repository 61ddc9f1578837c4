"""A CSV file as a table, all of it in memory: what the plain way of an import works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO

from django.utils.translation import gettext as _

from foundation.transfers.reading import Record, UnreadableFileError, open_records
from foundation.transfers.reading.sniffing import SAMPLE_BYTES, sniff_text

__all__ = ["Record", "Table", "read_table"]


@dataclass(frozen=True)
class Table:
    """The whole file, read."""

    headers: list[str]
    records: list[Record] = field(default_factory=list)


def read_table(file: IO[bytes]) -> Table:
    """Read a CSV file in UTF-8, or with a byte order mark; delimiter comma, semicolon, tab or bar.

    Raises UnreadableFileError with the place for anything that cannot be read, were it one row.
    """
    shape = sniff_text(file.read(SAMPLE_BYTES), encoding="utf-8")
    reader = open_records(file, shape)
    records = list(reader)
    for record in records:
        if record.problem:
            raise UnreadableFileError(
                _("The record that starts on line %(line)d cannot be read. %(problem)s")
                % {"line": record.line, "problem": record.problem}
            )
    return Table(reader.headers, records)
