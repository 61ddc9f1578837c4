"""What a file is made of once it is read: records with the line they start on, under headers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

from django.utils.translation import gettext as _

from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import Limits

CSV, XLSX = "csv", "xlsx"


class Record(NamedTuple):
    """One record of the file; `line` is where it starts, as an editor or spreadsheet counts.

    With a `problem` the row must be refused for it: the cells are as far as they could be read.
    """

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True)
class Shape:
    """How the bytes of a file become records; what was sniffed, or what a person chose instead."""

    kind: str = CSV
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    header_line: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return what a profile or run stores."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Shape:
        """Return the shape that `as_json` described."""
        return cls(**stored)


@dataclass(frozen=True)
class EncodingChoice:
    """An encoding the file could have, with lines that show whether its letters come out right."""

    code: str
    label: str
    lines: list[str]


@dataclass(frozen=True)
class Sniffed:
    """What a first look at a file says: enough for a person to agree or to choose otherwise."""

    shape: Shape
    headers: list[str]
    sample: list[Record]
    notes: list[str] = field(default_factory=list)
    encodings: list[EncodingChoice] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    is_mixed: bool = False  # some letters are UTF-8, others not: no encoding reads all of it rightly


class Reader(Protocol):
    """An open file: its headers, and its records once, as they come from the disk."""

    headers: list[str]
    header_line: int

    @property
    def bytes_read(self) -> int:
        """Bytes of the file taken so far, for progress."""

    def __iter__(self) -> Iterator[Record]:
        """Go through the records below the header that are not blank."""


def read_headers(first: Record | None, limits: Limits) -> list[str]:
    """Return the column names of the first record; a file without them is refused."""
    if first is None:
        raise UnreadableFileError(_("The file is empty: it needs a first line with the column names."))
    if first.problem:
        raise UnreadableFileError(_("The line with the column names: %(problem)s") % {"problem": first.problem})
    limits.check_columns(len(first.cells))
    headers = [header.strip() for header in first.cells]
    _refuse_repeated(headers)
    return headers


def _refuse_repeated(headers: list[str]) -> None:
    """Refuse a header that stands twice: nobody could say which column counts. (Oro's words.)"""
    seen: set[str] = set()
    for header in filter(None, headers):
        if header.casefold() in seen:
            raise UnreadableFileError(
                _("Imported file contains duplicate in next column names: '%(header)s'.") % {"header": header}
            )
        seen.add(header.casefold())


def ragged(record: Record, width: int) -> str:
    """What is said of a row with too many or too few cells (OroCommerce's words)."""
    if len(record.cells) == width:
        return ""
    return _("Expecting to get %(expected)d columns, actually got %(actual)d.") % {
        "expected": width,
        "actual": len(record.cells),
    }
