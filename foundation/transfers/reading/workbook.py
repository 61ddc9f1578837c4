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
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.exceptions import InvalidFileException

from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import Limits
from foundation.transfers.reading.package import WorkbookPackage, XmlGuard, damaged
from foundation.transfers.reading.records import Record, Shape, read_headers
from foundation.transfers.reading.sheets import SheetParser, row_texts

ROWS_AT_ONCE = 256
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
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        self.sheets = [
            Sheet(sheet.name, sheet.state == "visible", relation.target)
            for sheet, relation in self.parser.find_sheets()
            if relation.target in self.valid_files and "chartsheet" not in relation.Type
        ]

    def rows(self, sheet: Sheet, source: XmlGuard) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Go through the rows that a sheet stores."""
        parser = SheetParser(
            source,
            self.shared_strings,
            data_only=True,
            epoch=self.wb.epoch,
            date_formats=self.wb._date_formats,
            timedelta_formats=self.wb._timedelta_formats,
        )
        return parser.rows()


class WorkbookReader:
    """A sheet being read; `sheets` names those a person can see."""

    def __init__(self, file: IO[bytes], shape: Shape, limits: Limits) -> None:
        self._size = limits.check_size(file)
        self._limits = limits
        with _openpyxl():
            self._book = Book(file, self._size, limits)
        self.sheets = [sheet.title for sheet in self._book.sheets if sheet.is_visible]
        self._source: XmlGuard | None = None
        self._unpacked = 1
        self._width = 0
        sheet = self._chosen(shape.sheet)
        self.sheet = sheet.title
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
            self._source = self._book.archive.open(sheet.part)
            self._unpacked = self._book.archive.getinfo(sheet.part).file_size or 1
            rows = self._book.rows(sheet, self._source)
        while True:
            with _openpyxl():
                batch = list(islice(rows, ROWS_AT_ONCE))
            if not batch:
                return
            for line, cells in batch:
                texts, problem = row_texts(cells, self._width)
                if line < first_line or not any(map(str.strip, texts)) and not problem:
                    continue
                count += 1
                self._limits.check_rows(count)
                yield Record(line, texts, problem or self._limits.long_cell(texts))


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
