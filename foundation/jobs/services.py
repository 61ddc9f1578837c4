"""What others do with jobs: start one, run it here and now, cancel it, run it again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from foundation.jobs.claims import claim
from foundation.jobs.doorbell import ring as ring_doorbell
from foundation.jobs.models import Job, JobFile, JobProgress
from foundation.jobs.registry import job_kind
from foundation.jobs.timing import timing

if TYPE_CHECKING:
    from foundation.identity.models import User

LARGEST_ARGS = 10_000  # characters; contents belong into a file or a table, the job gets their id
STATE = Job.State


@transaction.atomic
def enqueue(
    kind: str,
    *,
    owner: User | None = None,
    args: Mapping[str, Any] | None = None,
    key: str | None = None,
    title: str = "",
    due_at: datetime | None = None,
    files: Mapping[str, File[bytes]] | None = None,
    ring: bool = True,
) -> Job:
    """Record a job in the caller's transaction and ring for a worker: no commit, no job.

    With a `key`, a job that already waits for the same thing is returned instead: it has not begun, so it will see
    whatever this transaction commits. `ring=False` is for `run_here`, which needs no worker.
    """
    registered = job_kind(kind)
    job = Job(
        kind=kind,
        title=(title or str(registered.title))[:200],
        cluster=registered.cluster,
        max_attempts=registered.max_attempts,
        owner=owner,
        args=_checked_args(args or {}),
        key=key or "",
    )
    if due_at is not None:
        job.due_at = due_at
    job.clean_fields()
    saved = _insert_or_join(job)
    if saved is job:
        for name, file in (files or {}).items():
            job_file_add(job=job, kind=JobFile.Kind.INPUT, name=name, file=file)
        if ring and (due_at is None or due_at <= timezone.now()):
            ring_doorbell(job)
    return saved


def _checked_args(args: Mapping[str, Any]) -> dict[str, Any]:
    if len(json.dumps(args)) > LARGEST_ARGS:
        raise ValueError("A job's arguments are ids and settings: store contents in a table or file and pass its id.")
    return dict(args)


def _insert_or_join(job: Job) -> Job:
    """Insert the job, or find the one that waits for the same thing and hold it until our transaction is over."""
    while True:
        try:
            with transaction.atomic():
                job.save(force_insert=True)
                JobProgress.objects.create(job=job)
        except IntegrityError as error:
            if "job_once_queued_once_running_per_key" not in str(error):
                raise
        else:
            return job
        waiting = Job.objects.select_for_update(no_key=True, of=("self",))
        found = waiting.filter(key=job.key, state=STATE.QUEUED).first()
        if found is not None:
            return found
        job.pk = None  # a worker took it meanwhile: the place of the waiting one is free again


def job_file_add(*, job: Job, kind: str, name: str, file: File[bytes]) -> JobFile:
    """Store a file for, or of, a job under a name of our own."""
    file.name = file.name or name
    stored = JobFile(job=job, kind=kind, name=name[:200], file=file)
    stored.full_clean()
    stored.save()
    return stored


def job_cancel(*, job: Job, by: User | None) -> Job:
    """Ask a job to stop: one that waits ends at once, one that runs at its next safe place."""
    asked = {"cancel_requested_at": Now(), "cancel_requested_by": by}
    waiting = Job.objects.filter(pk=job.pk, state=STATE.QUEUED)
    if not waiting.update(state=STATE.CANCELLED, finished_at=Now(), **asked):
        Job.objects.filter(pk=job.pk, state=STATE.RUNNING, cancel_requested_at=None).update(**asked)
    job.refresh_from_db()
    return job


@transaction.atomic
def job_run_again(*, job: Job, by: User | None) -> Job:
    """Start a new job that does what this one was to do, with its own copies of the input files."""
    again = enqueue(job.kind, owner=by, args=job.args, key=job.key, title=job.title, ring=False)
    if again.rung_at is None:
        for given in job.files.filter(kind=JobFile.Kind.INPUT):
            with given.file.open("rb") as content:
                job_file_add(job=again, kind=JobFile.Kind.INPUT, name=given.name, file=File(content, name=given.name))
        ring_doorbell(again)
    return again


def run_here(job: Job, *, watch: Callable[[Job], None] | None = None) -> Job:
    """Run a job in this process and return it ended; follow it when a worker was faster. Not inside a transaction."""
    from foundation.jobs.runs import execute

    claimed = claim(job.pk)
    if claimed is not None:
        execute(claimed, watch=watch)
    job.refresh_from_db()
    while not job.is_final:
        time.sleep(timing().progress)
        job.refresh_from_db()
        if watch is not None:
            watch(job)
    return job
