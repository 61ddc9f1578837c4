"""A test may kill a process at a named point; production never notices the points."""

import os
import signal

import pytest

from foundation.jobs import crash_points
from foundation.jobs.crash_points import crash_point


@pytest.fixture
def kills(monkeypatch):
    """Take down who would have been killed."""
    signals = []
    monkeypatch.setattr(crash_points.os, "kill", lambda pid, number: signals.append((pid, number)))
    crash_points._passings.clear()
    return signals


def test_nothing_happens_in_production(kills, monkeypatch):
    monkeypatch.delenv("HUB_CRASH_POINT", raising=False)
    crash_point("outbox.sent")
    assert (kills, dict(crash_points._passings)) == ([], {})


def test_process_dies_at_the_wanted_passing_of_the_wanted_point(kills, monkeypatch):
    monkeypatch.setenv("HUB_CRASH_POINT", "outbox.sent:2")
    for name in ("outbox.sent", "outbox.claimed", "outbox.claimed"):
        crash_point(name)
    assert kills == []
    crash_point("outbox.sent")
    assert kills == [(os.getpid(), signal.SIGKILL)]


def test_passings_are_counted_across_processes(kills, monkeypatch, tmp_path):
    monkeypatch.setenv("HUB_CRASH_POINT", "outbox.sent")
    monkeypatch.setenv("HUB_CRASH_COUNTS", str(tmp_path))
    crash_point("outbox.sent")
    crash_points._passings.clear()  # as in the process that takes the killed one's place
    crash_point("outbox.sent")
    assert (len(kills), (tmp_path / "outbox.sent").stat().st_size) == (1, 2)
