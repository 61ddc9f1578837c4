"""Limits that hold over all processes: one statement counts a try and says how many it makes.

Counted by fixed windows of the clock; a row belongs to one caller and one kind of try.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from foundation.identity.models import CallCount

COUNT = """
    WITH present AS (
        SELECT to_timestamp(floor(extract(epoch FROM clock_timestamp()) / %(seconds)s) * %(seconds)s) AS began
    )
    INSERT INTO identity_callcount AS row (key, window_began_at, calls) SELECT %(key)s, began, 1 FROM present
    ON CONFLICT (key) DO UPDATE SET
        calls = CASE WHEN row.window_began_at = EXCLUDED.window_began_at THEN row.calls + 1 ELSE 1 END,
        window_began_at = EXCLUDED.window_began_at
    RETURNING calls, ceil(%(seconds)s - extract(epoch FROM clock_timestamp() - window_began_at))::int
"""
KEPT = timedelta(days=1)  # longer than any window


@dataclass(frozen=True)
class Rate:
    """Where a caller stands in the present window."""

    key: str
    limit: int
    calls: int
    seconds_left: int

    @property
    def is_exceeded(self) -> bool:
        """Whether this try is one too many."""
        return self.calls > self.limit

    @property
    def remaining(self) -> int:
        """How many tries are left until the window ends."""
        return max(0, self.limit - self.calls)


def rate_count(*, kind: str, caller: str, limit: int, seconds: int = 60) -> Rate:
    """Count one try of `caller`; outside a transaction, or other tries of theirs wait for its end."""
    # Neither a token nor an address is stored, only what tells them apart.
    key = salted_hmac(f"identity.rates.{kind}", caller, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "seconds": seconds})
        calls, seconds_left = cursor.fetchone()
    if calls == 1:
        CallCount.objects.filter(window_began_at__lt=timezone.now() - KEPT).delete()
    return Rate(key=key, limit=limit, calls=calls, seconds_left=max(1, seconds_left))


def rate_take_back(rate: Rate) -> None:
    """Uncount a try that turned out to be none of those that are limited."""
    CallCount.objects.filter(pk=rate.key, calls__gt=0).update(calls=F("calls") - 1)
