"""The first line of a file: which header means which column of ours, by name or alias."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from foundation.transfers.columns import Column
from foundation.transfers.mapping import letters_of


def match_headers(columns: Sequence[Column], headers: Sequence[str]) -> tuple[list[str | None], list[str]]:
    """Return our column name for each header (None: not ours) and the headers nobody knows.

    Raises ValidationError where no header is known, or two mean the same column.
    """
    words = [(word, column.column_name) for column in columns for word in (column.column_name, *column.aliases)]
    names = {letters_of(word): name for word, name in reversed(words)}
    names |= {word.casefold(): name for word, name in words}
    matched = [names.get(header.casefold()) or names.get(letters_of(header)) for header in headers]
    _refuse_doubled(headers, matched)
    if not any(matched):
        raise ValidationError(
            _("No column of the file is known here. Its first line must hold names such as %(names)s.")
            % {"names": ", ".join(f"“{column.column_name}”" for column in columns[:2])}
        )
    return matched, [header for header, name in zip(headers, matched, strict=True) if header and not name]


def _refuse_doubled(headers: Iterable[str], matched: list[str | None]) -> None:
    """Refuse two headers that mean the same column."""
    seen: dict[str, str] = {}
    for header, name in zip(headers, matched, strict=True):
        if name and name in seen:
            raise ValidationError(
                _("The columns “%(one)s” and “%(other)s” mean the same: keep one of them.")
                % {"one": seen[name], "other": header}
            )
        if name:
            seen[name] = header
