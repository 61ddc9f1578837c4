"""Once a minute: give up dead runs, ring for jobs nobody has heard of, start what the clock asks for.

What the queue forgets therefore costs a minute and no more (reliability rules E9 to E11).
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connection, transaction

from foundation.jobs.claims import take_over
from foundation.jobs.doorbell import ring
from foundation.jobs.models import Job, JobAttempt
from foundation.jobs.schedules import schedules_reconcile, schedules_start_due
from foundation.jobs.selectors import jobs_waiting, jobs_with_lost_bell, runs_without_life

log = structlog.get_logger(__name__)
LOCK = 4_704_190_001  # any number nobody else uses
MOST_AT_ONCE = 1000
_sweeps: dict[str, Callable[[], object]] = {}


def register_sweep(name: str, sweep: Callable[[], object]) -> None:
    """Have a function called with every sweep, in a transaction of its own (the outbox rings for its rows)."""
    _sweeps[name] = sweep


def sweep() -> bool:
    """Sweep once; False if another worker is at it."""
    with transaction.atomic():
        if not _is_mine():
            return False
        parts = {
            "takeover": give_up_dead_runs,
            "bells": ring_lost_bells,
            "reconcile": schedules_reconcile,
            "schedules": schedules_start_due,
            **_sweeps,
        }
        for name, part in parts.items():
            _do(name, part)
    return True


def _is_mine() -> bool:
    """Take the lock that leaves the sweeping to one worker at a time; it ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _do(name: str, part: Callable[[], object]) -> None:
    """Do one part; when it fails the others are done all the same."""
    try:
        with transaction.atomic():
            part()
    except Exception:
        if connection.connection is None or connection.connection.closed:
            raise  # the database has gone: nothing more can be done in this sweep
        log.exception("sweeper: a part failed", part=name)


def give_up_dead_runs() -> int:
    """Take over from runs without a sign of life."""
    dead = runs_without_life().values_list("pk", "token")[:MOST_AT_ONCE]
    return sum(take_over(pk, token) is not None for pk, token in list(dead))


def ring_lost_bells() -> int:
    """Ring again for jobs of which no worker would ever hear."""
    lost = jobs_with_lost_bell().select_for_update(skip_locked=True, of=("self",)).order_by("id")[:MOST_AT_ONCE]
    return sum(_ring_again(job) for job in list(lost))


def ring_for_cluster(cluster: str) -> int:
    """Ring for everything that waits for a cluster which was killed with bells in its memory."""
    return sum(_ring_again(job) for job in jobs_waiting().filter(cluster=cluster).order_by("id")[:MOST_AT_ONCE])


def _ring_again(job: Job) -> bool:
    log.info("sweeper: rings again", job_id=job.pk)
    ring(job)
    return True


def release_runs(worker: str, *, counts: bool = True, lives: Callable[[int], bool] = lambda _pid: False) -> int:
    """Give up the runs of a worker's processes that are no more: no need to wait for their silence."""
    attempts = JobAttempt.objects.filter(worker=worker, outcome=JobAttempt.Outcome.RUNNING)
    dead = [(job_id, token) for job_id, token, pid in attempts.values_list("job_id", "token", "pid") if not lives(pid)]
    with transaction.atomic():
        return sum(take_over(job_id, token, counts=counts) is not None for job_id, token in dead)
