"""A CSV file as a table: headers, and records that know the physical line they start on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DELIMITERS = ",;\t|"
LONGEST_CELL = 32_000


@dataclass(frozen=True)
class Record:
    """One record of the file; `line` is where it starts, as an editor counts."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """The whole file, read."""

    headers: list[str]
    records: list[Record] = field(default_factory=list)


def read_table(file: IO[bytes]) -> Table:
    """Read a CSV file in UTF-8 (with or without byte order mark); delimiter comma, semicolon, tab or bar.

    Raises ValidationError with the place for anything that makes the whole file unreadable.
    """
    text = _decode(file.read())
    first_line = next(iter(text.splitlines()), "")
    records = list(_records(text, _delimiter(first_line)))
    if not records:
        raise ValidationError(_("The file is empty: it needs a first line with the column names."))
    headers = [header.strip() for header in records[0].cells]
    _refuse_repeated(headers)
    return Table(headers, records[1:])


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValidationError(
            _("Line %(line)d is not UTF-8 text. Save the file as “CSV UTF-8” and send it again.") % {"line": line}
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ValidationError(_("Line %(line)d holds a NUL character, which no text has.") % {"line": line})
    return text


def _delimiter(header: str) -> str:
    """Take what divides the header most often; a single column has none, which reads as comma."""
    return max(DELIMITERS, key=header.count)


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """Yield records that are not blank; a quote that is never closed is an error, not one endless cell."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    csv.field_size_limit(LONGEST_CELL)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ValidationError(
                _("The record that starts on line %(line)d cannot be read (%(error)s).")
                % {"line": line, "error": error}
            ) from error
        if any(cell.strip() for cell in cells):
            yield Record(line, cells)
        line = reader.line_num + 1


def _refuse_repeated(headers: list[str]) -> None:
    """Refuse a header that stands twice: nobody could say which column counts. (Oro's words.)"""
    seen: set[str] = set()
    for header in headers:
        if header.casefold() in seen:
            raise ValidationError(
                _("Imported file contains duplicate in next column names: '%(header)s'.") % {"header": header}
            )
        seen.add(header.casefold())
