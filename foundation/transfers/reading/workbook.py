"""XLSX: records from a sheet, read by openpyxl as a stream."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

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


class RowsOnly(ExcelReader):
    """openpyxl's reading of a workbook, without what has no rows."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Leave a sheet out that is one chart."""


class WorkbookReader:
    """A sheet being read; `sheets` names those a person can see."""

    def __init__(self, file: IO[bytes], shape: Shape, limits: Limits) -> None:
        self._size = limits.check_size(file)
        self._limits = limits
        with _openpyxl():
            self._book = _open_book(file, self._size, limits)
        self._sheets = [sheet for sheet in self._book._sheets if isinstance(sheet, ReadOnlyWorksheet)]
        self.sheets = [sheet.title for sheet in self._sheets if sheet.sheet_state == "visible"]
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

    def _chosen(self, name: str) -> Any:
        """Return the sheet of that name; without one the first visible sheet that holds something."""
        if name:
            for sheet in self._sheets:
                if sheet.title.casefold() == name.casefold():
                    return sheet
            raise UnreadableFileError(
                _("The workbook has no sheet “%(sheet)s”, only %(sheets)s.")
                % {"sheet": name, "sheets": ", ".join(f"“{title}”" for title in self.sheets)}
            )
        visible = [sheet for sheet in self._sheets if sheet.sheet_state == "visible"]
        if not visible:
            raise UnreadableFileError(_("The workbook has no visible sheet."))
        return next((sheet for sheet in visible if next(self._read(sheet, 1), None)), visible[0])

    def _read(self, sheet: Any, first_line: int) -> Iterator[Record]:
        """Yield header and records of a sheet; rows are taken in lots, each with the library's warnings kept still."""
        count = -1  # the header is no row
        with _openpyxl():
            rows = self._rows(sheet)
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

    def _rows(self, sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        self._source = source = self._book._archive.open(sheet._worksheet_path)
        self._unpacked = self._book._archive.getinfo(sheet._worksheet_path).file_size or 1
        parser = SheetParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=self._book.epoch,
            date_formats=self._book._date_formats,
            timedelta_formats=self._book._timedelta_formats,
        )
        return parser.rows()


def _open_book(file: IO[bytes], size: int, limits: Limits) -> Any:
    package = WorkbookPackage(file, size, limits)
    reader = RowsOnly(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = package  # the same ZIP, read through the guard
    reader.read()
    return reader.wb


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
