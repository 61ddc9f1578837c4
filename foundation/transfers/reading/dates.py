"""Which cells of a workbook hold dates: only their format says so."""

from __future__ import annotations

from typing import IO

from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format

from foundation.transfers.reading.package import MOST_OTHERS, XmlGuard

CHUNK = 64 * 1024


class CellFormats(XmlGuard):
    """The formats of cells by their number, read out of a workbook's styles; fonts and colours are passed over."""

    reads_alone = True

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, MOST_OTHERS)
        self._codes: dict[int, str] = {}
        self._of_cells: list[int] = []
        self._is_of_cells = False
        while self.read(CHUNK):
            pass

    @property
    def dates(self) -> set[int]:
        """Formats that show a number as a date or time."""
        return {place for place, code in enumerate(self._all()) if is_date_format(code)}

    @property
    def durations(self) -> set[int]:
        """Those of them that show how long something takes."""
        return {place for place, code in enumerate(self._all()) if is_timedelta_format(code)}

    def _all(self) -> list[str]:
        codes = {number: self._codes.get(number) or builtin_format_code(number) for number in set(self._of_cells)}
        return [codes[number] for number in self._of_cells]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        super()._start(tag, attributes)
        name = tag.rpartition(":")[2]
        if name == "numFmt":
            self._codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells:
            self._of_cells.append(int(attributes.get("numFmtId", 0)))

    def _end(self, tag: str) -> None:
        super()._end(tag)
        if tag.rpartition(":")[2] == "cellXfs":
            self._is_of_cells = False
