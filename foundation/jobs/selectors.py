"""Questions about background work. Times are compared by the database's clock, never by this machine's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django_q.models import OrmQ

from foundation.jobs.models import Job, JobAttempt, WorkerBeat
from foundation.jobs.registry import UnknownJobKindError, job_kind
from foundation.jobs.timing import timing

if TYPE_CHECKING:
    from datetime import datetime

    from django.contrib.auth.models import AnonymousUser

    from foundation.identity.models import User

State = Job.State
# A bell the queue has handed to a worker's memory may wait there for long work to end; after this it counts as lost.
# More than the watchdog's patience, so that a hanging cluster is seen before its jobs are rung for anew.
FETCHED_PATIENCE = 2
RINGS_WITHOUT_ROWS = timedelta(minutes=10)  # a queue without rows (Redis) cannot say whether a bell is lost


def job_list(user: User | AnonymousUser) -> QuerySet[Job]:
    """The jobs this person may see: their own, or everybody's."""
    if user.has_perm("jobs.view_all_jobs"):
        return Job.objects.all()
    return Job.objects.filter(owner_id=user.pk) if user.pk else Job.objects.none()


def job_may_cancel(user: User | AnonymousUser, job: Job) -> bool:
    """Whether this person may stop this job: the one who started it may, and those with the right."""
    return not job.is_final and (job.owner_id == user.pk or user.has_perm("jobs.cancel_job"))


def job_may_run_again(user: User | AnonymousUser, job: Job) -> bool:
    """Whether this person may start this job once more: it is over, can be repeated, and its work is theirs to do."""
    try:
        kind = job_kind(job.kind)
    except UnknownJobKindError:
        return False
    is_theirs = job.owner_id == user.pk or user.has_perm("jobs.rerun_job")
    return job.is_final and kind.repeatable and is_theirs and (not kind.permission or user.has_perm(kind.permission))


def jobs_waiting() -> QuerySet[Job]:
    """Jobs that could start now: due, and nothing of the same key runs."""
    same = Job.objects.filter(state=State.RUNNING, key=OuterRef("key")).exclude(key="")
    return Job.objects.filter(~Exists(same), state=State.QUEUED, due_at__lte=Now())


def jobs_with_lost_bell() -> QuerySet[Job]:
    """Waiting jobs no worker will ever hear of: their bell is gone, was never rung, or is held by a dead worker."""
    patience = timing()
    bells = OrmQ.objects.filter(pk=OuterRef("doorbell"))
    fetched = bells.filter(lock__gt=Now())
    ring_old = Q(rung_at__lt=Now() - timedelta(seconds=patience.bell))
    return jobs_waiting().filter(
        Q(rung_at=None, queued_at__lt=Now() - timedelta(seconds=patience.bell))
        | (ring_old & Q(doorbell__isnull=False) & ~Exists(bells))
        | (Exists(fetched) & Q(rung_at__lt=Now() - timedelta(seconds=patience.watchdog * FETCHED_PATIENCE)))
        | Q(doorbell=None, rung_at__lt=Now() - RINGS_WITHOUT_ROWS)
    )


def runs_without_life() -> QuerySet[Job]:
    """Running jobs that have shown no sign of life for too long. Never by duration alone: that doubles live runs."""
    silent = timedelta(seconds=timing().takeover)
    return Job.objects.filter(state=State.RUNNING, progress__heartbeat_at__lt=Now() - silent)


def oldest_waiting_seconds(cluster: str | None = None) -> int:
    """How long the oldest job that could start now has been waiting for a worker."""
    waiting = jobs_waiting().filter(**({"cluster": cluster} if cluster else {}))
    row = waiting.order_by().aggregate(since=Min("due_at"), now=Max(Now()))
    return int((row["now"] - row["since"]).total_seconds()) if row["since"] else 0


def worker_is_alive() -> bool:
    """Whether any worker has been seen lately."""
    silent = timedelta(seconds=timing().worker_silent)
    return WorkerBeat.objects.filter(seen_at__gt=Now() - silent).exists()


def worker_last_seen_at() -> datetime | None:
    """When the last worker was seen; None if none ever was."""
    return WorkerBeat.objects.aggregate(last=Max("seen_at"))["last"]


def cluster_hangs(cluster: str, *, worker: str, size: int) -> bool:
    """Whether a worker's cluster has room, has heard the bell, and still takes nothing.

    Known cause: an idle process of the queue was killed while it held the lock on the queue all of them share
    (https://github.com/Koed00/django-q/issues/394).
    """
    since = Now() - timedelta(seconds=timing().watchdog)
    mine = JobAttempt.objects.filter(worker=worker)
    return (
        jobs_waiting().filter(cluster=cluster, due_at__lt=since, rung_at__lt=since).exists()
        and not mine.filter(started_at__gt=since).exists()
        and mine.filter(outcome=JobAttempt.Outcome.RUNNING).count() < size
    )


def job_counts(user: User | AnonymousUser, *, since: datetime) -> dict[str, int]:
    """How many of the jobs this person may see are waiting, run, and have ended in trouble since then."""
    return job_list(user).aggregate(
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        running=Count("pk", filter=Q(state=State.RUNNING)),
        succeeded=Count("pk", filter=Q(state=State.SUCCEEDED, finished_at__gte=since)),
        failed=Count("pk", filter=Q(state__in=[State.FAILED, State.CRASHED], finished_at__gte=since)),
    )
