"""The ZIP an XLSX workbook is: looked at from outside before it is unpacked, and watched while it is.

A few megabytes can unpack to gigabytes, and XML can nest or name entities without end. So the sizes are summed before
anything is read, and each part passes a guard on its way to the XML parser: no DOCTYPE (hence no entities), no depth,
no endless rows or texts. The guard sees a chunk before the parser does.
"""

from __future__ import annotations

from types import TracebackType
from typing import IO, Any, ClassVar, Self
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import MOST_SHEETS, MOST_UNPACKED_TIMES, Limits

HARMLESS = 10_000_000  # bytes unpacked, below which it does not matter how well they were packed
DEEPEST = 64
MOST_ROWS = 1_048_576  # of a sheet, says the format; and 16,384 columns, a cell of which takes a few elements
MOST_TEXTS = 5_000_000  # of the part with the texts of all sheets
MOST_IN_ONE = 100_000  # elements of one row or text
LONGEST_TEXT = 1_000_000  # bytes without an element in them; a cell has 32,767 characters at most
MOST_OTHERS = 500_000  # elements elsewhere, which the parser keeps
MOST_IN_INDEX = 50_000  # elements of the parts that say what the workbook holds: each becomes an object


def damaged() -> UnreadableFileError:
    """Return the refusal of a workbook nobody can make sense of."""
    return UnreadableFileError(
        _("The workbook is damaged or of an unusual kind. Open it in Excel, save it as .xlsx or CSV and send that.")
    )


class WorkbookPackage(ZipFile):
    """A workbook's ZIP whose parts are read through a guard; refused at once if it is too large or something else."""

    def __init__(self, file: IO[bytes], size: int, limits: Limits) -> None:
        try:
            super().__init__(file)
        except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise damaged() from error
        self._refuse_other_kinds()
        self._refuse_bombs(size, limits)

    def open(self, name: Any, mode: Any = "r", pwd: bytes | None = None, **options: Any) -> Any:
        """Open a part for reading, behind a guard if it is XML."""
        stream = super().open(name, mode, pwd, **options)
        part = getattr(name, "filename", name)
        return XmlGuard(stream, MOST_IN_INDEX) if part.lower().endswith((".xml", ".rels", ".vml")) else stream

    def open_sheet(self, name: str) -> XmlGuard:
        """Open a sheet, which may hold more than a part that is kept whole."""
        return XmlGuard(super().open(name), MOST_OTHERS)

    def _refuse_other_kinds(self) -> None:
        names = set(self.namelist())
        if any(part.flag_bits & 1 for part in self.infolist()):
            raise UnreadableFileError(_("The file is protected by a password. Save it without one and send it again."))
        if "xl/workbook.bin" in names:
            raise UnreadableFileError(_("This is a binary workbook (.xlsb). Save it as .xlsx or CSV and send that."))
        if "content.xml" in names and "mimetype" in names:
            raise UnreadableFileError(_("This is an OpenDocument file. Save it as .xlsx or CSV and send that."))
        if any(name.startswith(("word/", "ppt/")) for name in names):
            raise UnreadableFileError(_("This is a text document or presentation. Send the table as CSV or XLSX."))
        if "[Content_Types].xml" not in names:
            raise UnreadableFileError(_("This is an archive (ZIP). Unpack it and send the file that is inside."))

    def _refuse_bombs(self, size: int, limits: Limits) -> None:
        unpacked = sum(part.file_size for part in self.infolist())
        if unpacked > limits.unpacked:
            raise UnreadableFileError(
                _("The workbook unpacks to %(size)s; at most %(limit)s are taken. Split it, or send it as CSV.")
                % {"size": filesizeformat(unpacked), "limit": filesizeformat(limits.unpacked)}
            )
        if unpacked > max(HARMLESS, size * MOST_UNPACKED_TIMES):
            raise UnreadableFileError(
                _("The workbook unpacks to more than %(times)d times its size, as no table does. Send it as CSV.")
                % {"times": MOST_UNPACKED_TIMES}
            )
        sheets = sum(name.startswith("xl/worksheets/") and name.endswith(".xml") for name in self.namelist())
        if sheets > MOST_SHEETS:
            raise UnreadableFileError(
                _("The workbook has %(sheets)d sheets; at most %(limit)d are taken. Send the one sheet alone.")
                % {"sheets": sheets, "limit": MOST_SHEETS}
            )


class XmlGuard:
    """A part of the workbook as a stream; what no honest workbook holds is refused before the parser sees it.

    Subclasses `reads_alone`: no parser behind them says what is missing at the end.
    """

    reads_alone: ClassVar[bool] = False

    def __init__(self, stream: IO[bytes], most_others: int) -> None:
        self.bytes_read = self.elements_read = 0
        self._most_others = most_others
        self._stream = stream
        self._depth = self._unit_depth = 0  # a unit is a row or a text: the parser lets go of it when it is done
        self._rows = self._texts = self._in_unit = self._others = 0
        self._quiet = 0  # bytes since the last element began
        self._expat = expat.ParserCreate()
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes once they are looked at."""
        data = self._stream.read(size)
        self.bytes_read += len(data)
        self._quiet += len(data)
        try:
            self._expat.Parse(data, not data)
        except expat.ExpatError as error:
            if data or self.reads_alone:
                raise damaged() from error
        if self._quiet > LONGEST_TEXT:
            raise self._too_much()
        return data

    def close(self) -> None:
        """Close the part."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _doctype(self, *_declaration: Any) -> None:
        raise UnreadableFileError(_("The workbook holds a document type declaration (DOCTYPE), as no workbook does."))

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._quiet = 0
        self._depth += 1
        self.elements_read += 1
        if self._unit_depth:
            self._in_unit += 1
            if self._in_unit > MOST_IN_ONE or self._depth > DEEPEST:
                raise self._too_much()
        else:
            self._start_outside(tag.rpartition(":")[2])

    def _start_outside(self, name: str) -> None:
        if name in ("row", "si"):
            self._unit_depth, self._in_unit = self._depth, 0
            self._rows += name == "row"
            self._texts += name == "si"
        else:
            self._others += 1
        too_many = self._rows > MOST_ROWS or self._texts > MOST_TEXTS or self._others > self._most_others
        if too_many or self._depth > DEEPEST:
            raise self._too_much()

    def _end(self, _tag: str) -> None:
        if self._depth == self._unit_depth:
            self._unit_depth = 0
        self._depth -= 1

    def _too_much(self) -> UnreadableFileError:
        return UnreadableFileError(
            _("The workbook holds more rows, cells or text in one place than a sheet can have. Send it as CSV.")
        )
