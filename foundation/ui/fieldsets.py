"""Small changes to the fieldsets of an admin form."""

from __future__ import annotations

from typing import Any


def with_hidden_field(fieldsets: Any, name: str) -> list[tuple[Any, dict[str, Any]]]:
    """Add a field to the first fieldset, unless one of them has it."""
    copied = [(title, {**options, "fields": list(options["fields"])}) for title, options in fieldsets]
    if copied and not any(name in options["fields"] for _title, options in copied):
        copied[0][1]["fields"].append(name)
    return copied
