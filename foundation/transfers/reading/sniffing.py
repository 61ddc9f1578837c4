"""The first look at a file, and the way from a shape to its records."""

from __future__ import annotations

import codecs
import re
from dataclasses import replace
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from foundation.transfers.reading.delimited import DelimitedReader, sniff_delimiter
from foundation.transfers.reading.encodings import encoding_choices, sniff_encoding
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.kinds import is_workbook, refuse_other_kinds
from foundation.transfers.reading.limits import Limits
from foundation.transfers.reading.records import CSV, Reader, Record, Shape, Sniffed

SAMPLE_BYTES = 512 * 1024
SAMPLE_ROWS = 20
SEPARATOR_LINE = re.compile(r"sep=([,;\t|])(?:\r\n?|\n)", re.IGNORECASE)  # Excel's own hint, above the header


def sniff(file: IO[bytes], name: str = "") -> Sniffed:
    """Have a first look: propose a shape and show headers and rows under it, with what a person should know.

    Raises UnreadableFileError for what no shape could make readable. The file is left at its start.
    """
    limits = Limits.from_settings()
    limits.check_size(file)
    head = file.read(SAMPLE_BYTES)
    file.seek(0)
    refuse_other_kinds(head)
    if is_workbook(head):
        raise UnreadableFileError(_("Save the workbook as CSV."))
    shape = sniff_text(head)
    return _look(file, shape, head, name)


def open_records(file: IO[bytes], shape: Shape) -> Reader:
    """Open a file for reading as `shape` says."""
    limits = Limits.from_settings()
    limits.check_size(file)
    head = file.read(SAMPLE_BYTES)
    file.seek(0)
    refuse_other_kinds(head)
    return DelimitedReader(file, shape, limits)


def sniff_text(head: bytes, encoding: str = "") -> Shape:
    """Propose how the text that begins with `head` is read; `encoding` if it is known already."""
    encoding = encoding or sniff_encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head).removeprefix("\ufeff")
    separator = SEPARATOR_LINE.match(text)
    if separator:
        return Shape(CSV, encoding, separator[1], header_line=2)
    return Shape(CSV, encoding, sniff_delimiter(text))


def _look(file: IO[bytes], shape: Shape, head: bytes, name: str) -> Sniffed:
    reader = DelimitedReader(file, shape, Limits.from_settings())
    sample = list(islice(reader, SAMPLE_ROWS))
    file.seek(0)
    return Sniffed(
        shape=replace(shape, header_line=reader.header_line),
        headers=reader.headers,
        sample=sample,
        notes=notes_of(reader.headers, sample),
        encodings=encoding_choices(head, shape.encoding),
    )


def notes_of(headers: list[str], sample: list[Record]) -> list[str]:
    """Return what a person should know before going on."""
    notes = []
    if not sample:
        notes.append(_("There are column names but no rows below them."))
    nameless = [
        number
        for number, header in enumerate(headers)
        if not header and any(number < len(record.cells) and record.cells[number].strip() for record in sample)
    ]
    notes += [
        _("Column %(column)d has no name: its cells are left out.") % {"column": number + 1} for number in nameless
    ]
    return notes
