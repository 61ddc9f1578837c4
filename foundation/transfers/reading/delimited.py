"""CSV: records from physical lines, by the csv module, which does the work per row."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, repeat
from typing import IO, Any, cast

from django.utils.translation import gettext as _

from foundation.transfers.reading.encodings import marked_encoding
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import LONGEST_LINE, Limits
from foundation.transfers.reading.records import Record, Shape, read_headers
from foundation.transfers.reading.text import TextLines

DELIMITERS = ",;\t|"
QUOTED = re.compile(r'(?:^|(?<=[,;\t|]))"(?:[^"]|"")*"')
ROWS_AT_ONCE = 256  # fewer than the garbage collector lets live before it looks at them all
new_record = cast(Callable[[type[Record], Any], Record], tuple.__new__)  # Record() without its Python frame


def sniff_delimiter(text: str) -> str:
    """Take what divides the header most often, outside quotes; a single column has none, which reads as comma.

    Between two that divide it equally often, the next lines decide.
    """
    lines = [line for line in re.split(r"\r\n?|\n", QUOTED.sub("", text)) if line.strip()][:20]
    header = lines[0] if lines else ""

    def fitness(delimiter: str) -> tuple[int, int]:
        count = header.count(delimiter)
        return count, sum(line.count(delimiter) == count for line in lines)

    return max(DELIMITERS, key=fitness)


class DelimitedReader:
    """A CSV file being read; memory holds a block or two of it."""

    def __init__(self, file: IO[bytes], shape: Shape, limits: Limits) -> None:
        encoding = marked_encoding(file.read(4)) or shape.encoding
        file.seek(0)
        self._limits, self._shape = limits, shape
        self._lines = TextLines(file, encoding, limits)
        self._records = chain.from_iterable(self._batches())
        first = next(self._records, None)
        self.headers = read_headers(first, limits)
        self.header_line = first.line if first else 0

    @property
    def bytes_read(self) -> int:
        """Bytes of the file taken so far."""
        return self._lines.bytes_read

    def __iter__(self) -> Iterator[Record]:
        """Go through the records below the header; blank lines are none."""
        return self._records

    def _batches(self) -> Iterator[Iterable[Record]]:
        """Yield header and records in lots: what has to be done per row, built-in functions do."""
        skipped = self._shape.header_line - 1
        physical = islice(chain.from_iterable(self._lines.blocks()), skipped, None)
        csv.field_size_limit(LONGEST_LINE)
        rows = csv.reader(physical, delimiter=self._shape.delimiter, strict=True)
        line, count = skipped + 1, -1  # the header is no row
        while True:
            batch, error = _take(rows, min(ROWS_AT_ONCE, max(1, self._lines.count - line + 1)))
            end = skipped + rows.line_num
            is_plain = len(batch) == end - line + 1 and not (self._lines.has_blank or self._lines.has_long)
            careful = [] if is_plain else list(self._careful(batch, line))
            count += len(batch) if is_plain else len(careful)
            self._limits.check_rows(count)
            yield _number(batch, line, end) if is_plain else careful
            if error:
                count += 1
                yield [self._malformed(line + sum(map(_height, batch)), end, error)]
            elif not batch:
                return
            line = end + 1
            self._lines.forget()

    def _careful(self, batch: list[list[str]], line: int) -> Iterator[Record]:
        """Make records of rows among which may be blank ones, long cells, and cells of several lines."""
        for cells in batch:
            if any(map(str.strip, cells)):
                yield Record(line, cells, self._limits.long_cell(cells))
            line += _height(cells)

    def _malformed(self, start: int, end: int, error: str) -> Record:
        """Refuse a row whose quotes are wrong, or the file if nobody can say where the row ends."""
        place = {"line": start, "end": end, "limit": f"{LONGEST_LINE:,}"}
        if "end of data" in error:
            sentence = _(
                "A quote is opened in the record that starts on line %(line)d and never closed: it would swallow the "
                "rest of the file. Close it, or double a quote that belongs to the text."
            )
        elif "field limit" in error:
            sentence = _(
                "The record that starts on line %(line)d has a cell of more than %(limit)s characters; probably a "
                "quote is opened there and never closed."
            )
        elif start != end:
            sentence = _(
                "A quote is opened in the record that starts on line %(line)d and closed on line %(end)d in the middle "
                "of a cell. Close it where it belongs, or double a quote that is part of the text."
            )
        else:
            cells = next(csv.reader([self._lines.line(start)], delimiter=self._shape.delimiter))
            return Record(start, cells, _("A cell goes on after its closing quote. Double quotes that are text."))
        raise UnreadableFileError(sentence % place)


def _take(rows: Iterator[list[str]], count: int) -> tuple[list[list[str]], str]:
    """Take so many rows, or those before the one that cannot be read, and why."""
    batch: list[list[str]] = []
    try:
        batch.extend(islice(rows, count))
    except csv.Error as error:
        return batch, str(error)
    return batch, ""


def _number(batch: list[list[str]], start: int, end: int) -> Iterator[Record]:
    """Make records of rows that take a line each and have nothing to look at, which is nearly all of them."""
    return map(new_record, repeat(Record), zip(range(start, end + 1), batch, repeat("")))  # noqa: B905


def _height(cells: list[str]) -> int:
    """Count the lines a record takes: each break inside quotes is one more."""
    text = ",".join(cells)
    return 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
