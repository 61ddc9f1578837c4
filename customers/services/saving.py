"""The steps every service shares."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models, transaction

from customers.refusals import refusals
from customers.triggers.tree import LOCK_FOREST

Row = TypeVar("Row", bound=models.Model)


def saved(row: Row, changes: dict[str, Any] | None = None) -> Row:
    """Set the changes, check the row as a form would, save it; what the database refuses becomes a sentence."""
    for name, value in (changes or {}).items():
        setattr(row, name, value)
    with refusals():
        row.full_clean()
        row.save()
    return row


def lock_forest() -> None:
    """Take the lock of the forest before the first write, so that two moves wait instead of meeting half way."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(f"SELECT {LOCK_FOREST}")
