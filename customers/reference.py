"""Rows every installation begins with."""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from customers.models import InternalRating
from foundation.changes.models import Source
from foundation.changes.recording import recording

RATINGS = 5


def make_ratings(using: str = DEFAULT_DB_ALIAS, **_kwargs: Any) -> None:
    """`1 of 5` to `5 of 5`, where there is no rating at all (post_migrate, so a flush brings them back)."""
    if InternalRating._meta.db_table not in connections[using].introspection.table_names():
        return
    if InternalRating.objects.using(using).exists():
        return
    rows = [
        InternalRating(code=f"{stars}_of_{RATINGS}", label=f"{stars} of {RATINGS}", position=stars)
        for stars in range(1, RATINGS + 1)
    ]
    with recording(source=Source.SYSTEM, reason="ratings every installation begins with"):
        InternalRating.objects.using(using).bulk_create(rows)
