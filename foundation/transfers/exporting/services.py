"""Exports as everybody starts them: the page, the job, the command. Each is noted in the audit."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import IO

from foundation.changes.audit import audit
from foundation.outbound.redaction import redact
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.profiles import FileFormat
from foundation.transfers.exporting.stream import PIECE
from foundation.transfers.exporting.xlsx_file import write_xlsx


def export_to(*, export: Export, file: IO[bytes], on_rows: Callable[[int], object] = lambda rows: None) -> int:
    """Write the file and return how many records it has; raises ValidationError where it cannot be made."""
    if export.file_format is FileFormat.XLSX:
        count = write_xlsx(file, export, on_rows)
    else:
        count = _write_csv(file, export, on_rows)
    export_note(export=export, rows=count)
    return count


def export_stream(*, export: Export, rows: int) -> Iterator[bytes]:
    """Note the export of so many rows, then return the file piece by piece, as the database gives them.

    Raises ValidationError where it cannot be made: after the first piece an answer has begun.
    """
    pieces = _workbook(export) if export.file_format is FileFormat.XLSX else csv_pieces(export)
    first = next(pieces)
    export_note(export=export, rows=rows)
    return _continued(first, pieces)


def export_note(*, export: Export, rows: int) -> None:
    """Write down that data has left: what, how chosen, for whom, how many; never the data."""
    detail = {
        "what": export.transfer.slug,
        "rows": rows,
        "profile": export.profile.value,
        "format": export.file_format.value,
        "columns": ", ".join(export.names),
        "filter": redact(export.filtered_by),
    }
    audit("export.done", actor=export.user, detail={name: value for name, value in detail.items() if value != ""})


def _continued(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _workbook(export: Export) -> Iterator[bytes]:
    """A workbook is complete before its first byte: its table of contents stands at its end."""
    with tempfile.TemporaryFile("w+b") as file:
        write_xlsx(file, export)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _write_csv(file: IO[bytes], export: Export, on_rows: Callable[[int], object]) -> int:
    count = 0

    def counted(rows: int) -> None:
        nonlocal count
        count = rows
        on_rows(rows)

    for piece in csv_pieces(export, counted):
        file.write(piece)
    return count
