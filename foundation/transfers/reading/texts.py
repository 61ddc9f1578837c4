"""The texts that the cells of all sheets share: read only as far as cells ask for them."""

from __future__ import annotations

from typing import IO

from foundation.transfers.reading.package import MOST_OTHERS, XmlGuard

CHUNK = 64 * 1024
FIRST = 1_000_000  # so many texts are read for the first rows of a sheet; then all there are


class SharedTexts(XmlGuard):
    """The shared texts by number. A look at the first rows needs the first of them and does not wait for a million.

    A text in several styles is joined from its parts; how it is pronounced is left out.
    """

    reads_alone = True

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, MOST_OTHERS)
        self.furthest: int | None = FIRST
        self._known: list[str] = []
        self._parts: list[str] = []
        self._is_text = self._is_aside = False
        self._expat.buffer_text = True
        self._expat.CharacterDataHandler = self._characters

    def __getitem__(self, number: int) -> str:
        """Return a text; IndexError where the part has no such."""
        if self.furthest is not None and number >= self.furthest:
            raise self._too_much()
        while number >= len(self._known) and self.read(CHUNK):
            pass
        return self._known[number]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        super()._start(tag, attributes)
        name = tag.rpartition(":")[2]
        self._is_text = name == "t" and not self._is_aside
        self._is_aside = self._is_aside or name == "rPh"

    def _end(self, tag: str) -> None:
        super()._end(tag)
        self._is_text = False
        name = tag.rpartition(":")[2]
        if name == "si":
            self._known.append("".join(self._parts).replace("x005F_", ""))  # the mark before what looks like an escape
            self._parts.clear()
        elif name == "rPh":
            self._is_aside = False

    def _characters(self, text: str) -> None:
        if self._is_text:
            self._parts.append(text)
