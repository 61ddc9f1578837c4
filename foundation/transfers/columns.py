"""Columns of a file: a django-import-export field with what a person may write instead of its header."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field
from import_export.widgets import Widget


class Column(Field):
    """A column; `aliases` are other headers that mean the same, `sample` is what a template shows.

    A blank cell keeps what the record has; a column the file lacks is never touched.
    """

    def __init__(
        self,
        column_name: str,
        attribute: str | None = None,
        *,
        widget: Widget | None = None,
        aliases: tuple[str, ...] = (),
        sample: str = "",
        **options: Any,
    ) -> None:
        options.setdefault("saves_null_values", False)
        super().__init__(attribute=attribute, column_name=column_name, widget=widget or TextWidget(), **options)
        self.aliases = aliases
        self.sample = sample


class TextWidget(Widget):
    """Text without the spaces around it; blank is nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the text, or None for a blank cell."""
        return str(value or "").strip() or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the text as it stands in the file."""
        return "" if value is None else str(value)


class ListWidget(TextWidget):
    """Several codes in one cell, with a separator; their order counts."""

    def __init__(self, separator: str = ";") -> None:
        super().__init__()
        self.separator = separator

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str] | None:  # type: ignore[override]
        """Return the codes in their order, None for a blank cell."""
        return [part.strip() for part in str(value or "").split(self.separator) if part.strip()] or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the codes joined."""
        return self.separator.join(value or [])
