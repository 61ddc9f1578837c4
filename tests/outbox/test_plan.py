"""When to try again (rule E13)."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from foundation.jobs.outbox.plan import LONGEST_WAIT, TRIES, backoff, ceiling, next_wait, retry_after

SECOND = timedelta(seconds=1)


def test_E13_the_ceiling_doubles_twice_per_try_up_to_a_quarter_of_an_hour():
    assert [ceiling(tries) / SECOND for tries in range(1, 8)] == [4, 16, 64, 256, 900, 900, 900]


def test_E13_eight_tries_span_most_of_an_hour():
    longest = sum((ceiling(tries) for tries in range(1, TRIES)), timedelta())
    assert timedelta(minutes=45) < longest < timedelta(minutes=60)


@pytest.mark.parametrize("tries", [1, 4, 7])
def test_E13_a_thousand_draws_spread_evenly_over_the_whole_range(tries):
    source = random.Random(7)  # noqa: S311
    draws = [backoff(tries, source) / ceiling(tries) for _ in range(1000)]
    tenths = [sum(tenth / 10 <= draw < (tenth + 1) / 10 for draw in draws) for tenth in range(10)]
    assert sum(tenths) == 1000
    assert all(70 <= count <= 130 for count in tenths)


def test_the_ceiling_survives_any_number_of_tries():
    assert ceiling(1000) == LONGEST_WAIT


def test_E13_never_earlier_than_asked():
    source = random.Random(7)  # noqa: S311
    asked = timedelta(seconds=10)
    waits = [next_wait(2, asked, source) for _ in range(100)]
    assert min(waits) == asked
    assert max(waits) > asked


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0.7", 1), ("0", 1), ("-5", None), ("86400", 3600), ("soon", None), ("", None), ("٣", None)],
)
def test_E13_retry_after_in_seconds_within_limits(value, seconds):
    asked = retry_after(value)
    assert (asked and asked / SECOND) == seconds


def test_E13_retry_after_as_date_is_read_against_the_answers_own_date():
    asked = retry_after("Sun, 01 Mar 2026 12:00:30 GMT", "Sun, 01 Mar 2026 12:00:00 GMT")
    assert asked == timedelta(seconds=30)


def test_E13_a_date_without_the_answers_date_is_read_against_our_clock():
    now = datetime(2026, 3, 1, 11, 59, tzinfo=UTC)
    assert retry_after("Sun, 01 Mar 2026 12:00:30 GMT", now=now) == timedelta(seconds=90)


def test_E13_a_date_in_the_past_means_soon():
    assert retry_after("Sun, 01 Mar 2026 12:00:30 GMT", "Sun, 01 Mar 2026 13:00:00 GMT") == SECOND
