"""How long the parts of background work wait for each other, in seconds. Tests shrink them: setting JOBS_TIMING."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings


@dataclass(frozen=True)
class Timing:
    """Why each value: docs/adr/0004."""

    beat: float = 5  # a run shows life this often; the rule allows ten
    progress: float = 0.5  # progress is not written more often than this
    takeover: float = 60  # no sign of life for so long: the run is dead
    bell: float = 30  # a due job whose doorbell is gone for so long is rung again
    sweep: float = 15  # between two sweeps; the rule allows sixty, but the dead of other hosts wait for it too
    watchdog: float = 60  # a job is due for so long and an idle cluster takes nothing: the cluster hangs
    worker_beat: float = 10  # a worker shows life this often
    worker_silent: float = 180  # no worker for so long: people are told
    stop: float = 90  # how long running jobs may still work when the worker is stopped
    outbox: float = 2  # a message that becomes due, or whose doorbell was lost, waits no longer than this for its ring
    tick: float = 1  # how often the worker looks after its clusters


def timing() -> Timing:
    """Return the values in force."""
    return Timing(**getattr(settings, "JOBS_TIMING", {}))


def cluster_setting(cluster: str, name: str) -> int:
    """Return what the queue's settings (Q_CLUSTER) say for one cluster."""
    queue: dict[str, Any] = settings.Q_CLUSTER
    return int((queue if cluster == queue["name"] else queue["ALT_CLUSTERS"][cluster])[name])
