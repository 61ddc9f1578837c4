"""The steps a job's row takes from queued to its end: each one conditional update, each by the database's clock."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.jobs.doorbell import ring
from foundation.jobs.models import Job, JobAttempt, JobProgress

log = structlog.get_logger(__name__)
State, Outcome = Job.State, JobAttempt.Outcome


def worker_name() -> str:
    """Who does the work here: the cluster a worker started, or this process."""
    return os.environ.get("HUB_WORKER") or f"{socket.gethostname()}:{os.getpid()}"


def claim(job_id: int) -> Job | None:
    """Take a queued job for this process, count the attempt, commit; None if it is not to be had (now).

    Durable, because an attempt that is not committed before its work begins is not counted when the work kills us.
    """
    with transaction.atomic(durable=True):
        if not _take(job_id):
            return None
        job = Job.objects.select_related("owner").get(pk=job_id)
        JobAttempt.objects.create(job=job, number=job.attempts, token=job.token, worker=worker_name(), pid=os.getpid())
        JobProgress.objects.filter(job=job).update(token=job.token, heartbeat_at=Now(), done=0, total=None, message="")
    return job


def _take(job_id: int) -> bool:
    """Change the row to running if it still waits; not while another with its key runs (whose end rings this one)."""
    waiting = Job.objects.filter(pk=job_id, state=State.QUEUED, due_at__lte=Now())
    try:
        with transaction.atomic():
            return bool(
                waiting.update(
                    state=State.RUNNING,
                    started_at=Now(),
                    attempts=F("attempts") + 1,
                    token=F("token") + 1,
                    doorbell=None,
                )
            )
    except IntegrityError as error:
        if "job_once_queued_once_running_per_key" not in str(error):
            raise
        return False


def finish(job: Job, state: str, *, error: str = "", **values: Any) -> bool:
    """End this run of the job; refused (False) if another run has taken over."""
    if state == State.CANCELLED:
        values["cancel_requested_at"] = Coalesce("cancel_requested_at", Now())
    with transaction.atomic():
        mine = Job.objects.filter(pk=job.pk, token=job.token, state=State.RUNNING)
        if not mine.update(state=state, finished_at=Now(), error=error, deaths=0, **values):
            log.warning("job: a superseded run came to its end", job_id=job.pk, run=job.token)
            return False
        _close_attempt(job, state)
        ring_waiting(job.key)
    return True


def write_progress(job: Job, values: Mapping[str, Any]) -> None:
    """Write the last progress of a run that ends here; an older run's is dropped."""
    JobProgress.objects.filter(job=job, token=job.token).update(heartbeat_at=Now(), **values)


def ring_waiting(key: str) -> None:
    """Ring for the job that had to wait until the one with its key was over."""
    waiting = Job.objects.filter(key=key, state=State.QUEUED, due_at__lte=Now()).first() if key else None
    if waiting is not None:
        ring(waiting)


def take_over(job_id: int, token: int, *, counts: bool = True) -> Job | None:
    """Give up a dead run and queue its job again, or end it when this would lead nowhere. Call inside a transaction.

    `counts=False`: the worker was stopped on purpose, which says nothing against the job.
    """
    dead = Job.objects.select_for_update(skip_locked=True, of=("self",)).select_related("progress")
    job = dead.filter(pk=job_id, token=token, state=State.RUNNING).first()
    if job is None:
        return None
    log.warning("job: taken over from a dead run", job_id=job.pk, run=job.token, counted=counts)
    _close_attempt(job, Outcome.DIED if counts else Outcome.RELEASED)
    if counts:
        job.deaths = 0 if job.progress.done > job.progress.furthest else job.deaths + 1
    JobProgress.objects.filter(job=job).update(token=token + 1, furthest=Greatest("furthest", "done"))
    _requeue(job)
    return job


def _requeue(job: Job) -> None:
    """Decide what becomes of a job whose run has died."""
    if job.cancel_requested_at:
        _end(job, State.CANCELLED, _("It was cancelled, and its worker stopped before it could say so."))
    elif job.deaths >= job.max_attempts:
        _end(job, State.CRASHED, needs_person_sentence(job))
    elif job.key and Job.objects.filter(key=job.key, state=State.QUEUED).exists():
        _end(job, State.FAILED, _("Its worker stopped. The next job for the same thing is waiting and does the rest."))
        ring_waiting(job.key)
    else:
        Job.objects.filter(pk=job.pk).update(state=State.QUEUED, token=F("token") + 1, deaths=job.deaths, due_at=Now())
        ring(job)


def _end(job: Job, state: str, sentence: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state, token=F("token") + 1, deaths=job.deaths, finished_at=Now(), error=sentence
    )
    if state != State.FAILED:
        ring_waiting(job.key)


def needs_person_sentence(job: Job) -> str:
    """What a person reads when starting the job once more would lead nowhere."""
    return ngettext(
        "This needs a person: its worker died %(count)d time without getting any further. The worker's log says why "
        "(often too little memory). Mend the cause, then run the job again.",
        "This needs a person: its worker died %(count)d times without getting any further. The worker's log says why "
        "(often too little memory). Mend the cause, then run the job again.",
        job.deaths,
    ) % {"count": job.deaths}


def _close_attempt(job: Job, outcome: str) -> None:
    JobAttempt.objects.filter(job=job, outcome=Outcome.RUNNING).update(outcome=outcome, finished_at=Now())
