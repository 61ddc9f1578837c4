"""The first look at a file, and the way from a shape to its records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from foundation.transfers.reading.delimited import DELIMITERS, DelimitedReader, sniff_delimiter
from foundation.transfers.reading.encodings import (
    ENCODINGS,
    decoded,
    encoding_choices,
    encoding_label,
    is_mixed,
    sniff_encoding,
)
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.guessing import LANGUAGES
from foundation.transfers.reading.kinds import is_workbook, refuse_other_kinds
from foundation.transfers.reading.limits import Limits
from foundation.transfers.reading.records import CSV, XLSX, Reader, Record, Shape, Sniffed
from foundation.transfers.reading.workbook import WorkbookReader

SAMPLE_BYTES = 512 * 1024
SAMPLE_ROWS = 20
SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?(?:\r\n?|\n)", re.IGNORECASE)  # Excel's own hint, above the header


def sniff(file: IO[bytes], name: str = "") -> Sniffed:
    """Have a first look: propose a shape and show headers and rows under it, with what a person should know.

    The bytes decide what the file is; where its `name` says otherwise, a note says so. Raises UnreadableFileError for
    what no shape could make readable. The file is left at its start.
    """
    limits = Limits.from_settings()
    head = _head(file, limits)
    look = _look_at_workbook(file, limits) if is_workbook(head) else _look_at_text(file, head, limits)
    file.seek(0)
    is_misnamed = name.lower().endswith((".xlsx", ".xlsm")) != (look.shape.kind == XLSX) and "." in name
    return replace(look, notes=[*look.notes, *_name_notes(look.shape.kind)]) if is_misnamed else look


def open_records(file: IO[bytes], shape: Shape) -> Reader:
    """Open a file for reading as `shape` says; but a byte order mark decides, and whether it is a workbook."""
    limits = Limits.from_settings()
    _refuse_unknown(shape)
    if is_workbook(_head(file, limits)):
        return WorkbookReader(file, shape, limits)
    return DelimitedReader(file, shape, limits)


def sniff_text(head: bytes, encoding: str = "") -> Shape:
    """Propose how the text that begins with `head` is read; `encoding` if it is known already."""
    encoding = encoding or sniff_encoding(head)
    text = decoded(head, encoding)
    separator = SEPARATOR_LINE.match(text)
    if separator:
        return Shape(CSV, encoding, separator[1], header_line=2)
    return Shape(CSV, encoding, sniff_delimiter(text))


def _refuse_unknown(shape: Shape) -> None:
    """Refuse a choice nobody offered: shapes come from profiles and command lines, too."""
    for value, known in ((shape.encoding, ENCODINGS), (shape.delimiter, tuple(DELIMITERS)), (shape.kind, (CSV, XLSX))):
        if value not in known:
            raise UnreadableFileError(
                _("“%(value)s” is none of the choices for reading a file: %(known)s.")
                % {"value": value, "known": ", ".join(map(repr, known))}
            )
    if shape.header_line < 1:
        raise UnreadableFileError(_("The line with the column names is 1 or more."))


def _head(file: IO[bytes], limits: Limits) -> bytes:
    """Return the beginning of the file, once its size and its first bytes are accepted."""
    limits.check_size(file)
    head = file.read(SAMPLE_BYTES)
    file.seek(0)
    refuse_other_kinds(head)
    return head


def _look_at_text(file: IO[bytes], head: bytes, limits: Limits) -> Sniffed:
    shape = sniff_text(head)
    reader = DelimitedReader(file, shape, limits)
    sample = list(islice(reader, SAMPLE_ROWS))
    return Sniffed(
        shape=replace(shape, header_line=reader.header_line),
        headers=reader.headers,
        sample=sample,
        notes=[*_encoding_notes(head, shape.encoding), *_table_notes(reader.headers, sample)],
        encodings=encoding_choices(head, shape.encoding),
        is_mixed=shape.encoding in LANGUAGES and is_mixed(head),
    )


def _look_at_workbook(file: IO[bytes], limits: Limits) -> Sniffed:
    reader = WorkbookReader(file, Shape(XLSX), limits, is_look=True)
    sample = list(islice(reader, SAMPLE_ROWS))
    notes = []
    if len(reader.sheets) > 1:
        notes.append(
            _("The workbook has %(count)d sheets; “%(sheet)s” is read.")
            % {"count": len(reader.sheets), "sheet": reader.sheet}
        )
    return Sniffed(
        shape=Shape(XLSX, sheet=reader.sheet, header_line=reader.header_line),
        headers=reader.headers,
        sample=sample,
        notes=[*notes, *_table_notes(reader.headers, sample)],
        sheets=reader.sheets,
    )


def _encoding_notes(head: bytes, encoding: str) -> Iterator[str]:
    if encoding not in LANGUAGES:
        return
    yield _("The file does not say its encoding; by its letters it is %(encoding)s. Look whether they are right.") % {
        "encoding": encoding_label(encoding)
    }
    if is_mixed(head):
        yield _("Some letters are UTF-8 and others are not, as when two files were put together.")


def _table_notes(headers: list[str], sample: list[Record]) -> Iterator[str]:
    if not sample:
        yield _("There are column names but no rows below them.")
    for number, header in enumerate(headers):
        if not header and any(number < len(record.cells) and record.cells[number].strip() for record in sample):
            yield _("Column %(column)d has no name: its cells are left out.") % {"column": number + 1}


def _name_notes(kind: str) -> Iterator[str]:
    if kind == XLSX:
        yield _("This is an Excel workbook, whatever its name says, and is read as one.")
    else:
        yield _("This is no Excel workbook but text, whatever its name says, and is read as CSV.")
