"""Parts of the worker command that need no real cluster."""

import time

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from foundation.jobs import clusters
from foundation.jobs.clusters import ClusterProcess
from foundation.jobs.guard import Duty
from foundation.jobs.timing import Timing, timing


def test_duty_that_fails_is_tried_again_and_does_not_end_the_worker(caplog):
    calls = []

    def fail():
        calls.append(1)
        raise OperationalError("server closed the connection")

    duty = Duty(fail, every=0)
    duty.fulfil()
    duty.fulfil()
    assert len(calls) == 2
    assert "a duty failed" in caplog.text


def test_duty_waits_for_its_time():
    calls = []
    duty = Duty(lambda: calls.append(1), every=60)
    duty.fulfil()
    duty.fulfil()
    assert calls == [1]


def test_cluster_that_dies_young_is_started_ever_later(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(clusters.time, "monotonic", lambda: now[0])
    cluster = ClusterProcess("hub", worker="host:1")
    pauses = []
    for _ in range(7):
        cluster.started = now[0]
        cluster.plan_restart()
        pauses.append(cluster.pause)
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert not cluster.may_start()
    now[0] += 31
    assert cluster.may_start()
    cluster.started = now[0] - 11
    cluster.plan_restart()
    assert cluster.pause == 0


def test_cluster_gets_longer_each_time_it_was_judged():
    cluster = ClusterProcess("hub", worker="host:1")
    cluster.process = object()
    cluster.started = time.monotonic() - 100
    assert cluster.had_time(60)
    cluster.hangs = 1
    assert not cluster.had_time(60)


def test_cluster_knows_its_size_from_the_settings(settings):
    assert ClusterProcess("slow", worker="host:1").size == settings.Q_CLUSTER["ALT_CLUSTERS"]["slow"]["workers"]


def test_unknown_cluster_is_refused_with_the_known_ones():
    with pytest.raises(CommandError, match="'hub', 'slow'"):
        call_command("worker", "--only", "fast")


def test_waits_in_production_keep_the_rules():
    """E9: a beat at least every ten seconds, sixty of silence; E11: a sweep a minute."""
    values = Timing()
    assert (values.beat <= 10, values.sweep <= 60) == (True, True)
    assert (values.takeover, values.watchdog, values.worker_silent) == (60, 60, 180)
    assert timing() == values
