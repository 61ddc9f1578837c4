"""Which cell of a file fills which column of ours: guessed, shown to a person, stored as a profile, then compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from operator import itemgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.transfers.columns import Column
from foundation.transfers.formulas import APOSTROPHE, formula_unescaped

Cells = Sequence[str]
CellMapper = Callable[[Cells], list[str | None]]

AROUND = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "\u200b\ufeff"
NOT_IN_TEXTS = re.compile("[\\x00\\ud800-\\udfff]")  # the database takes neither NUL nor half a character


@dataclass(frozen=True)
class ColumnSource:
    """Where one column of ours gets its text.

    From a header of the file (several are joined with `join`), or from `constant` alone. `split` takes one part of
    the cell: (separator, index), where index 0 is the first part and 1 the rest after it, -1 the last part and
    -2 the rest before it. `values` then replaces whole cells, ignoring case; `default` fills what is still empty.
    """

    column: str
    source: str | tuple[str, ...] | None = None
    constant: str = ""
    default: str = ""
    values: dict[str, str] = field(default_factory=dict)
    split: tuple[str, int] | None = None
    join: str = " "

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers of the file that are read."""
        if self.source is None:
            return ()
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def is_plain(self) -> bool:
        """Whether the cell is taken as it is."""
        return len(self.headers) == 1 and not (self.constant or self.default or self.values or self.split)

    def as_json(self) -> dict[str, Any]:
        """Return what a profile stores: only what says something."""
        stored: dict[str, Any] = {"column": self.column, "source": self.source}
        if isinstance(self.source, tuple):
            stored |= {"source": list(self.source), "join": self.join}
        extras = {"constant": self.constant, "default": self.default, "values": self.values, "split": self.split}
        return stored | {name: value for name, value in extras.items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> ColumnSource:
        """Return what `as_json` described; TypeError or ValueError for anything else."""
        _refuse_other_objects(stored)
        lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list | tuple)}
        source = cls(**(stored | lists))
        separator, index = source.split or ("", 0)
        texts = [source.column, source.constant, source.default, source.join, separator, *source.headers]
        texts += [text for pair in source.values.items() for text in pair]
        is_misplaced = not isinstance(source.source, str | tuple | None) or not isinstance(index, int)
        if is_misplaced or not all(isinstance(text, str) for text in texts):
            raise TypeError(_("“%(column)s” has something else where a text belongs") % {"column": source.column})
        if any(NOT_IN_TEXTS.search(text) for text in texts):
            raise ValueError(_("it holds a character that no text may hold"))
        return source

    def problems(self) -> Iterator[str]:
        """Say what contradicts itself here."""
        place = {"column": self.column}
        if self.headers and self.constant:
            yield _("“%(column)s” has both a column of the file and a fixed text: keep one of them.") % place
        if not self.headers and not self.constant:
            yield _("“%(column)s” has neither a column of the file nor a fixed text.") % place
        if self.split and not self.split[0]:
            yield _("“%(column)s” is to be divided, but nothing says where.") % place
        if len({_word(value) for value in self.values}) < len(self.values):
            yield _("The value table of “%(column)s” names a value twice.") % place


def _refuse_other_objects(stored: Any) -> None:
    """Raise TypeError where something else stands in the place of a column's source."""
    if not isinstance(stored, dict) or "column" not in stored:
        raise TypeError(_("each part of it is an object that names its “column”"))
    if strange := sorted(set(stored) - {known.name for known in fields(ColumnSource)}):
        raise TypeError(_("nothing is called “%(name)s”") % {"name": strange[0]})
    split = stored.get("split")
    is_split = split is None or (isinstance(split, list | tuple) and len(split) in (0, 2))
    if not isinstance(stored.get("values", {}), dict) or not is_split:
        raise TypeError(_("the values or the split of “%(column)s” are none") % {"column": stored["column"]})


@dataclass(frozen=True)
class Mapping:
    """The sources of all columns that a file fills."""

    sources: tuple[ColumnSource, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The names of the columns that are filled, in the order of what a compiled mapping returns."""
        return [source.column for source in self.sources]

    def as_json(self) -> list[dict[str, Any]]:
        """Return what a profile stores."""
        return [source.as_json() for source in self.sources]

    @classmethod
    def from_json(cls, stored: Any) -> Mapping:
        """Return the mapping `as_json` described, or that of a plain {column: header}; ValidationError for the rest."""
        if isinstance(stored, dict):
            stored = [{"column": column, "source": header} for column, header in stored.items()]
        try:
            return cls(tuple(ColumnSource.from_json(source) for source in stored))
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise ValidationError(_("This is no mapping of columns: %(error)s.") % {"error": error}) from error

    def problems(self, columns: Iterable[Column], headers: Sequence[str]) -> list[str]:
        """Return why a file with these headers cannot be read into these columns; nothing if it can."""
        columns = list(columns)
        if not self.sources:
            names = ", ".join(f"“{column.column_name}”" for column in columns[:2])
            return [
                _("No column of the file is known here. Its first line must hold names such as %(names)s.")
                % {"names": names}
            ]
        known, places = {column.column_name for column in columns}, _places(headers)
        found = [
            *self._doubled(),
            *(
                _("There is no column “%(column)s” here.") % {"column": name}
                for name in self.columns
                if name not in known
            ),
            *(
                _("The file has no column “%(header)s”, from which “%(column)s” is taken.")
                % {"header": header, "column": source.column}
                for source in self.sources
                for header in source.headers
                if _find(places, header) is None
            ),
        ]
        return found + [problem for source in self.sources for problem in source.problems()]

    def unknown_headers(self, headers: Sequence[str]) -> list[str]:
        """Return the headers of the file that nothing reads: their cells are left out."""
        places = _places(headers)
        read = {_find(places, header) for source in self.sources for header in source.headers}
        return [header for number, header in enumerate(headers) if header.strip() and number not in read]

    def _doubled(self) -> Iterator[str]:
        first: dict[str, ColumnSource] = {}
        for source in self.sources:
            other = first.setdefault(source.column, source)
            if other is source:
                continue
            if other.headers and source.headers:
                yield _("The columns “%(one)s” and “%(other)s” mean the same: keep one of them.") % {
                    "one": ", ".join(other.headers),
                    "other": ", ".join(source.headers),
                }
            else:
                yield _("“%(column)s” is filled twice: keep one of the two.") % {"column": source.column}


def guess_mapping(columns: Iterable[Column], headers: Sequence[str]) -> Mapping:
    """Map each header to the column whose name or alias it is, ignoring case, spaces and punctuation.

    Two headers for one column are both kept: `problems` then says that a person must choose.
    """
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    columns = list(columns)
    for words in (
        [(c.column_name, c.column_name) for c in columns],
        [(a, c.column_name) for c in columns for a in c.aliases],
    ):
        for word, name in words:
            exact.setdefault(_word(word), name)
            loose.setdefault(letters_of(word), name)
    guesses = [
        (header, exact.get(_word(header)) or loose.get(letters_of(header))) for header in headers if header.strip()
    ]
    return Mapping(tuple(ColumnSource(column=name, source=header) for header, name in guesses if name))


def compile_mapping(mapping: Mapping, headers: Sequence[str]) -> CellMapper:
    """Return what turns the cells of a record into one text per column, None where there is nothing.

    The record must have as many cells as there are headers. Spaces around a text go, and the apostrophe that our own
    spreadsheet export puts before what a spreadsheet would take for a formula.
    """
    places = _places(headers)
    picks = _plain_picks([_index(places, source.source) if source.is_plain else 0 for source in mapping.sources])
    others = [(at, _taker(source, places)) for at, source in enumerate(mapping.sources) if not source.is_plain]
    if not others:
        return picks

    def mapper(cells: Cells) -> list[str | None]:
        texts = picks(cells)
        for at, take in others:
            texts[at] = take(cells)
        return texts

    return mapper


def clean_cell(cell: str) -> str | None:
    """Return the text of a cell as it was meant, None for a blank one."""
    text = cell.strip(AROUND)
    return (formula_unescaped(text) if text[:1] == APOSTROPHE else text) or None


def _plain_picks(indexes: list[int]) -> CellMapper:
    """Pick cells as they are; only a row that holds an apostrophe or an odd space is looked at more closely."""
    if len(indexes) < 2:
        return lambda cells: [clean_cell(cells[index]) for index in indexes]
    pick: Callable[[Cells], Sequence[str]] = itemgetter(*indexes)
    stripped = str.strip

    def picks(cells: Cells) -> list[str | None]:
        picked = pick(cells)
        row = "".join(picked)
        if APOSTROPHE in row or "\ufeff" in row or "\u200b" in row:
            return [clean_cell(cell) for cell in picked]
        return [cell or None for cell in map(stripped, picked)]

    return picks


def _taker(source: ColumnSource, places: dict[str, int]) -> Callable[[Cells], str | None]:
    """Return what gets the text of one column from a record."""
    indexes = [_index(places, header) for header in source.headers]
    values = {_word(value): meant.strip(AROUND) for value, meant in source.values.items()}
    constant, default, join, split = source.constant or None, source.default or None, source.join, source.split
    if not indexes:
        return lambda cells: constant

    def take(cells: Cells) -> str | None:
        text = join.join(part for index in indexes if (part := clean_cell(cells[index])))
        if split:
            text = _part(text, *split)
        return values.get(_word(text), text) or default

    return take


def _part(text: str, separator: str, index: int) -> str:
    """Return the part with this index: 0 the first, 1 the rest after it, -1 the last, -2 the rest before it."""
    divider = separator.strip() or None  # a space stands for any number of them
    parts = text.split(divider, 1) if index >= 0 else text.rsplit(divider, 1)
    return parts[index].strip(AROUND) if -len(parts) <= index < len(parts) else ""


def _places(headers: Sequence[str]) -> dict[str, int]:
    """Where each header stands: as it is written, and by its letters for a profile that writes it otherwise."""
    places = {_word(header): number for number, header in enumerate(headers) if header.strip()}
    for number, header in enumerate(headers):
        if header.strip():
            places.setdefault(letters_of(header), number)
    return places


def _find(places: dict[str, int], header: str) -> int | None:
    return places.get(_word(header), places.get(letters_of(header)))


def _index(places: dict[str, int], header: str | tuple[str, ...] | None) -> int:
    """Return where a header stands; `problems` has said before if it does not."""
    name = header if isinstance(header, str) else (header or ("",))[0]
    found = _find(places, name)
    if found is None:
        raise ValidationError(_("The file has no column “%(header)s”.") % {"header": name})
    return found


def _word(text: str) -> str:
    return text.strip(AROUND).casefold()


def letters_of(text: str) -> str:
    """Return letters and digits alone, so that `unit.code` is `Unit:Code`; a text without any stands for itself."""
    return "".join(filter(str.isalnum, text.casefold())) or text.casefold()
