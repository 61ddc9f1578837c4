"""XLSX: records from a sheet, read by openpyxl as a stream."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS

from foundation.transfers.reading.dates import CellFormats
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import Limits
from foundation.transfers.reading.package import WorkbookPackage, XmlGuard, damaged
from foundation.transfers.reading.records import Record, Shape, read_headers
from foundation.transfers.reading.sheets import SheetParser, row_texts
from foundation.transfers.reading.texts import SharedTexts

ROWS_AT_ONCE, FIRST_ROWS = 256, 8  # the first are few, so that no row of a crafted file is waited for in vain
FIRST_ELEMENTS = 200_000  # of all sheets tried; a header that comes later is none
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class Sheet:
    """A sheet with rows: its name, whether a person sees it, and the part of the ZIP that holds it."""

    title: str
    is_visible: bool
    part: str


class Book(ExcelReader):
    """openpyxl's reading of a workbook, as far as rows need it: texts, formats of dates, sheets."""

    def __init__(self, file: IO[bytes], size: int, limits: Limits) -> None:
        package = WorkbookPackage(file, size, limits)
        super().__init__(file, read_only=True, data_only=True, keep_links=False)
        self.archive = package  # the same ZIP, read through the guard
        self.read_manifest()
        self.read_workbook()
        self.texts = self._texts()
        self.dates, self.durations = self._formats()
        self.sheets = [
            Sheet(sheet.name, sheet.state == "visible", relation.target)
            for sheet, relation in self.parser.find_sheets()
            if relation.target in self.valid_files and "chartsheet" not in relation.Type
        ]

    def _texts(self) -> SharedTexts | None:
        part = self.package.find(SHARED_STRINGS)
        return SharedTexts(ZipFile.open(self.archive, part.PartName[1:])) if part else None

    def _formats(self) -> tuple[set[int], set[int]]:
        if ARC_STYLE not in self.valid_files:
            return set(), set()
        with CellFormats(ZipFile.open(self.archive, ARC_STYLE)) as formats:
            return formats.dates, formats.durations

    def rows(self, sheet: Sheet, source: XmlGuard) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Go through the rows that a sheet stores."""
        parser = SheetParser(
            source,
            [] if self.texts is None else self.texts,
            data_only=True,
            epoch=self.wb.epoch,
            date_formats=self.dates,
            timedelta_formats=self.durations,
        )
        return parser.rows()


class WorkbookReader:
    """A sheet being read; `sheets` names those a person can see. A look stops where nothing comes for long."""

    def __init__(self, file: IO[bytes], shape: Shape, limits: Limits, *, is_look: bool = False) -> None:
        self._size = limits.check_size(file)
        self._limits, self._is_look = limits, is_look
        with _openpyxl():
            self._book = Book(file, self._size, limits)
        self.sheets = [sheet.title for sheet in self._book.sheets if sheet.is_visible]
        self._source: XmlGuard | None = None
        self._unpacked = 1
        self._width = self._elements = 0
        sheet = self._chosen(shape.sheet)
        self.sheet, self._elements = sheet.title, 0
        self._records = self._read(sheet, shape.header_line)
        first = next(self._records, None)
        self.headers = read_headers(first, limits)
        self.header_line = first.line if first else 0
        self._width = len(self.headers)

    @property
    def bytes_read(self) -> int:
        """Bytes of the file taken so far, as the part of the sheet that is read says."""
        return self._size * (self._source.bytes_read if self._source else 0) // self._unpacked

    def __iter__(self) -> Iterator[Record]:
        """Go through the records below the header; blank rows are none."""
        return self._records

    def _chosen(self, name: str) -> Sheet:
        """Return the sheet of that name; without one the first visible sheet that holds something."""
        if name:
            for sheet in self._book.sheets:
                if sheet.title.casefold() == name.casefold():
                    return sheet
            raise UnreadableFileError(
                _("The workbook has no sheet “%(sheet)s”, only %(sheets)s.")
                % {"sheet": name, "sheets": ", ".join(f"“{title}”" for title in self.sheets)}
            )
        visible = [sheet for sheet in self._book.sheets if sheet.is_visible]
        if not visible:
            raise UnreadableFileError(_("The workbook has no visible sheet."))
        return next((sheet for sheet in visible if next(self._read(sheet, 1), None)), visible[0])

    def _read(self, sheet: Sheet, first_line: int) -> Iterator[Record]:
        """Yield header and records of a sheet; rows are taken in lots, each with the library's warnings kept still."""
        count = -1  # the header is no row
        with _openpyxl():
            self._source = source = self._book.archive.open_sheet(sheet.part)
            self._unpacked = self._book.archive.getinfo(sheet.part).file_size or 1
            rows = self._book.rows(sheet, source)
        while self._may_go_on(count):
            before = source.elements_read
            with _openpyxl():
                batch = list(islice(rows, ROWS_AT_ONCE if count > FIRST_ROWS else FIRST_ROWS))
            if not batch:
                return
            self._elements += source.elements_read - before
            for line, cells in batch:
                texts, problem = row_texts(cells, self._width)
                if line < first_line or not any(map(str.strip, texts)) and not problem:
                    continue
                count += 1
                self._limits.check_rows(count)
                yield Record(line, texts, problem or self._limits.long_cell(texts))

    def _may_go_on(self, count: int) -> bool:
        """Refuse to look any longer for a header, end a look, or let a reading go as far as the workbook does."""
        is_long = self._elements > FIRST_ELEMENTS
        if is_long and count < 0:
            raise UnreadableFileError(
                _("There are no column names at the beginning. Remove what stands above them, or send the file as CSV.")
            )
        if count > ROWS_AT_ONCE and self._book.texts is not None:
            self._book.texts.furthest = None
        return not (is_long and self._is_look)


@contextmanager
def _openpyxl() -> Iterator[None]:
    """Have openpyxl work: it warns of what it leaves out, and stumbles in many ways over a damaged workbook."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnreadableFileError:
        raise
    except DAMAGED as error:
        raise damaged() from error
