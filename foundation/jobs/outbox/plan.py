"""When to try again (docs/adr/0020)."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TRIES = 8
LOST_TRIES = 3  # workers that died over one message before a person looks at it
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
DOUBLINGS_PER_TRY = 2  # with one, eight tries would be over in four minutes; with two they span most of an hour
SHORTEST_ASKED, LONGEST_ASKED = timedelta(seconds=1), timedelta(hours=1)

_random = random.SystemRandom()


def ceiling(tries: int) -> timedelta:
    """The longest wait after this many tries: 4 s, 16 s, 64 s, 256 s, then 15 minutes."""
    doublings = min(DOUBLINGS_PER_TRY * tries, 20)  # a million seconds is over any limit
    return min(LONGEST_WAIT, FIRST_WAIT * 2**doublings)


def backoff(tries: int, source: random.Random = _random) -> timedelta:
    """A wait drawn evenly between nothing and the ceiling (full jitter): many failing at once come back spread out."""
    return source.random() * ceiling(tries)


def next_wait(tries: int, asked: timedelta | None, source: random.Random = _random) -> timedelta:
    """How long to wait after this many tries, never less than the other side asked for."""
    return max(backoff(tries, source), asked or timedelta())


def retry_after(value: str, date: str = "", *, now: datetime | None = None) -> timedelta | None:
    """The wait a Retry-After header asks for: seconds, or a date compared with the answer's own Date header.

    The other side's clock may be wrong, so its date is never compared with ours unless it sent none.
    """
    asked = _seconds(value)
    if asked is None:
        until = _http_date(value)
        if until is None:
            return None
        asked = until - (_http_date(date) or now or datetime.now(UTC))
    return min(max(asked, SHORTEST_ASKED), LONGEST_ASKED)


def _seconds(value: str) -> timedelta | None:
    number = value.strip()
    if not number.isascii() or not number.replace(".", "", 1).isdigit():
        return None
    return timedelta(seconds=min(float(number), LONGEST_ASKED.total_seconds()))


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
