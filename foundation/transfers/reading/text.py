"""Bytes to physical lines: decoded strictly, checked block by block, never all in memory."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from itertools import repeat
from typing import IO

from django.utils.translation import gettext as _

from foundation.transfers.reading.encodings import encoding_label
from foundation.transfers.reading.errors import UnreadableFileError
from foundation.transfers.reading.limits import LONGEST_LINE, Limits

BLOCK = 64 * 1024
MARK = "\ufeff"
OTHER_BREAKS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
BLANK = ',;\t|"' + "".join(chr(code) for code in range(0x3001) if chr(code).isspace())  # all a blank record may hold


class TextLines:
    """The lines of a text file, with their ends.

    `has_long` and `has_blank` say whether a line handed out since `forget()` may make a cell too long or a record
    blank: asked once per block, so that nobody has to look at every row.
    """

    def __init__(self, file: IO[bytes], encoding: str, limits: Limits) -> None:
        self.bytes_read = 0
        self.count = 0  # lines handed out
        self.has_long = self.has_blank = False
        self._file, self._encoding, self._limits = file, encoding, limits
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._lines: list[str] = []
        self._is_long = self._is_blank = False  # of the present block

    def blocks(self) -> Iterator[list[str]]:
        """Yield the lines in lists; a line is never cut, whatever the blocks of bytes are."""
        rest, data = "", b"start"
        is_start = True
        while data:
            data = self._file.read(BLOCK)
            text = self._decode(data, rest)
            if is_start and text:
                text, is_start = text.removeprefix(MARK), False
            lines = _split(rest + text)
            rest = lines.pop() if data and lines and not lines[-1].endswith("\n") else ""
            self._check(text, lines, rest)
            self._lines = lines
            self.count += len(lines)
            self._note()
            yield lines

    def line(self, number: int) -> str:
        """Return a line of the present block."""
        return self._lines[number - self.count - 1]

    def forget(self) -> None:
        """Start to ask anew, from the present block on."""
        self.has_long, self.has_blank = self._is_long, self._is_blank

    def _note(self) -> None:
        self._is_blank = not all(map(str.lstrip, self._lines, repeat(BLANK)))
        self.has_long |= self._is_long
        self.has_blank |= self._is_blank

    def _decode(self, data: bytes, rest: str) -> str:
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise self._undecodable(error, len(data), rest) from error
        self.bytes_read += len(data)
        self._limits.check_bytes(self.bytes_read)
        return text

    def _undecodable(self, error: UnicodeDecodeError, taken: int, rest: str) -> UnreadableFileError:
        """Say where the byte is that the encoding does not know; `error.object` may begin with bytes kept back."""
        good = error.object[: error.start].decode(self._encoding)
        offset = self.bytes_read + taken - len(error.object) + error.start
        place = {
            "line": self.count + len(_split(rest + good + "?")),
            "offset": f"{offset:,}",
            "byte": f"{error.object[error.start]:02X}",
            "encoding": encoding_label(self._encoding),
        }
        if self._encoding == "utf-8":
            sentence = _(
                "Line %(line)d is not UTF-8 text (byte %(byte)s at offset %(offset)s). Choose the encoding the file "
                "was saved in, or save it as “CSV UTF-8” and send it again."
            )
        else:
            sentence = _(
                "Line %(line)d is not %(encoding)s text (byte %(byte)s at offset %(offset)s). Choose another "
                "encoding, or save the file as “CSV UTF-8”; it may be put together from files of several kinds."
            )
        return UnreadableFileError(sentence % place)

    def _check(self, text: str, lines: list[str], rest: str) -> None:
        longest = max(map(len, lines), default=0)
        self._is_long = longest > self._limits.cell
        if len(rest) > LONGEST_LINE or longest > LONGEST_LINE:
            self._refuse_long_line([*lines, rest])
        if "\0" in text:
            self._refuse_character("\0", lines, rest, _("a NUL character, which no text has"))
        if MARK in text:
            words = _("a byte order mark (U+FEFF) inside the text, as when two files were put together")
            self._refuse_character(MARK, lines, rest, words)

    def _refuse_long_line(self, lines: list[str]) -> None:
        number = next(number for number, line in enumerate(lines, self.count + 1) if len(line) > LONGEST_LINE)
        raise UnreadableFileError(
            _("Line %(line)d is longer than %(limit)s characters: this is no table with one row a line.")
            % {"line": number, "limit": f"{LONGEST_LINE:,}"}
        )

    def _refuse_character(self, character: str, lines: list[str], rest: str, what: str) -> None:
        for number, line in enumerate([*lines, rest], self.count + 1):
            if character in line:
                raise UnreadableFileError(
                    _("Line %(line)d holds %(what)s (character %(position)d). Remove it and send the file again.")
                    % {"line": number, "what": what, "position": line.index(character) + 1}
                )


def _split(text: str) -> list[str]:
    """Split at LF, CRLF and lone CR, and nowhere else; ends stay on. `splitlines` is quicker, but knows eight more."""
    if any(map(text.__contains__, OTHER_BREAKS)):
        return list(io.StringIO(text, newline=""))
    return text.splitlines(keepends=True)
