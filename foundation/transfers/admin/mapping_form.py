"""The rows of the form that say which column of the file fills which column of ours."""

from __future__ import annotations

from collections.abc import Mapping as Posted
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.transfers.columns import Column
from foundation.transfers.mapping import ColumnSource, Mapping, guess_mapping

PARTS = (
    (0, gettext_lazy("the first part")),
    (1, gettext_lazy("what follows the first part")),
    (-1, gettext_lazy("the last part")),
    (-2, gettext_lazy("what stands before the last part")),
)
MORE_HEADERS = 2  # columns that may be joined to the first one


@dataclass
class MappingRow:
    """One column of ours: where it comes from, and what a person typed about it."""

    number: int
    column: Column
    source: ColumnSource
    is_guessed: bool = False
    values_text: str = ""
    errors: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What the names of its fields begin with."""
        return f"m{self.number}"

    @property
    def header(self) -> str:
        """The first header that is read."""
        return self.source.headers[0] if self.source.headers else ""

    @property
    def joined(self) -> list[str]:
        """The headers whose texts are put behind it; blanks are free places."""
        rest = list(self.source.headers[1:])
        return rest + [""] * max(1, MORE_HEADERS - len(rest))

    @property
    def split_by(self) -> str:
        """What the text is divided at."""
        return self.source.split[0] if self.source.split else ""

    @property
    def split_part(self) -> int:
        """Which part is taken."""
        return self.source.split[1] if self.source.split else 0

    @property
    def is_special(self) -> bool:
        """Whether there is more to it than a header."""
        return not self.source.is_plain and bool(self.source.headers or self.source.constant or self.source.default)

    @property
    def is_mapped(self) -> bool:
        """Whether anything fills the column."""
        return bool(self.source.headers or self.source.constant or self.source.default)


class MappingRows:
    """All columns of a kind of file, mapped or not."""

    def __init__(self, columns: list[Column], headers: list[str], rows: list[MappingRow]) -> None:
        self.columns, self.headers, self.rows = columns, headers, rows
        guessed = {source.column: source for source in guess_mapping(columns, headers).sources}
        for row in rows:
            row.is_guessed = row.is_mapped and guessed.get(row.source.column) == row.source

    @classmethod
    def of(cls, columns: list[Column], headers: list[str], mapping: Mapping) -> MappingRows:
        """Show a mapping; of two headers for one column the second is left for the person to see as unknown."""
        found: dict[str, ColumnSource] = {}
        for source in mapping.sources:
            found.setdefault(source.column, source)
        rows = [
            MappingRow(number, column, found.get(name) or ColumnSource(name))
            for number, column in enumerate(columns)
            for name in [str(column.column_name)]
        ]
        for row in rows:
            row.values_text = "\n".join(f"{one} = {meant}" for one, meant in row.source.values.items())
        return cls(columns, headers, rows)

    @classmethod
    def posted(cls, columns: list[Column], headers: list[str], data: Any) -> MappingRows:
        """Read what a person sent."""
        return cls(columns, headers, [_posted_row(number, column, data) for number, column in enumerate(columns)])

    @property
    def mapping(self) -> Mapping:
        """The mapping as it stands."""
        return Mapping(tuple(row.source for row in self.rows if row.is_mapped))

    @property
    def unknown(self) -> list[str]:
        """Headers of the file that nothing reads."""
        return self.mapping.unknown_headers(self.headers)

    def is_valid(self) -> bool:
        """Whether every row makes sense by itself; else each says what does not."""
        for row in self.rows:
            if row.is_mapped:
                row.errors += row.source.problems()
        return not any(row.errors for row in self.rows)

    def without_lost(self) -> MappingRows:
        """The same for a file that was read otherwise and may have other headers: what is not there any more goes,
        and what can be guessed comes."""
        here = {header.casefold() for header in self.headers}
        kept = [row.source for row in self.rows if row.is_mapped and _is_here(row.source, here)]
        named = {source.column for source in kept}
        guessed = [s for s in guess_mapping(self.columns, self.headers).sources if s.column not in named]
        return MappingRows.of(self.columns, self.headers, Mapping((*kept, *guessed)))


def _is_here(source: ColumnSource, here: set[str]) -> bool:
    return all(header.casefold() in here for header in source.headers)


def _posted_row(number: int, column: Column, data: Any) -> MappingRow:
    prefix = f"m{number}"
    headers = [header for header in (data.get(f"{prefix}-source", ""), *data.getlist(f"{prefix}-join")) if header]
    values, errors = _value_table(data.get(f"{prefix}-values", ""))
    source = ColumnSource(
        column=str(column.column_name),
        source=tuple(headers) if len(headers) > 1 else next(iter(headers), None),
        constant=data.get(f"{prefix}-constant", "").strip(),
        default=data.get(f"{prefix}-default", "").strip(),
        values=values,
        split=_split(prefix, data),
    )
    if source.headers[1:]:
        source = replace(source, join=data.get(f"{prefix}-joiner", " "))
    return MappingRow(number, column, source, values_text=data.get(f"{prefix}-values", ""), errors=errors)


def _split(prefix: str, data: Posted[str, str]) -> tuple[str, int] | None:
    divider = data.get(f"{prefix}-split", "")
    part = data.get(f"{prefix}-part", "0")
    known = {str(number): number for number, _words in PARTS}
    return (divider, known.get(part, 0)) if divider else None


def _value_table(text: str) -> tuple[dict[str, str], list[str]]:
    """Read lines such as “Germany = DE”; return what they say, and what is wrong with them."""
    values: dict[str, str] = {}
    errors: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        before, divider, after = line.rpartition("=")
        if not divider or not before.strip():
            errors.append(
                _("“%(line)s” is no line of a value table: write it as Germany = DE.") % {"line": line.strip()}
            )
        elif before.strip().casefold() in {one.casefold() for one in values}:
            errors.append(_("The value table names “%(value)s” twice.") % {"value": before.strip()})
        else:
            values[before.strip()] = after.strip()
    return values, errors
