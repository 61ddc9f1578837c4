"""For tests of every app: proves that a write path says on whose behalf it writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db.models import Max

from foundation.changes.models import Change, Source


@contextlib.contextmanager
def no_unknown_changes() -> Iterator[None]:
    """Fail if the block changes something outside of `recording()`."""
    before = last_change()
    yield
    assert_no_unknown_changes(since=before)


def assert_no_unknown_changes(*, since: int = 0) -> None:
    """Fail if a change after the one numbered `since` has no known source, and say which."""
    rows = Change.objects.filter(set__source=Source.UNKNOWN, pk__gt=since).order_by("pk")
    found = [f"{row.operation} {row.table} {row.key}" for row in rows[:20]]
    if found:
        raise AssertionError(f"written without recording(): {', '.join(found)}")


def last_change() -> int:
    """Return the number of the newest change."""
    return Change.objects.aggregate(last=Max("pk"))["last"] or 0
