"""How long the traces of background work are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django_q.models import OrmQ, Task

from foundation.jobs.models import Job, JobFile, WorkerBeat

BATCH = 500  # rows a transaction; thousands of old jobs must not hold locks for long


def files_prune(*, older_than: timedelta) -> int:
    """Delete the files of jobs that ended so long ago."""
    return _in_batches(JobFile.objects.filter(job__finished_at__lt=Now() - older_than), files_delete)


def jobs_prune(*, older_than: timedelta) -> int:
    """Delete jobs that ended so long ago, with their attempts, progress and files."""
    return _in_batches(Job.objects.filter(finished_at__lt=Now() - older_than), _delete_jobs)


def queue_rows_prune(*, older_than: timedelta) -> int:
    """Delete what the queue keeps of its failures, and bells that nobody has answered."""
    failures, _by_model = Task.objects.filter(stopped__lt=Now() - older_than).delete()
    bells, _by_model = OrmQ.objects.filter(lock__lt=Now() - older_than).delete()
    return failures + bells


def workers_prune(*, older_than: timedelta) -> int:
    """Forget workers not seen for so long."""
    return WorkerBeat.objects.filter(seen_at__lt=Now() - older_than).delete()[0]


def _in_batches(rows: QuerySet[Any], delete: Callable[[list[int]], None]) -> int:
    deleted = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            delete(ids)
        deleted += len(ids)
    return deleted


def _delete_jobs(ids: list[int]) -> None:
    files_delete(JobFile.objects.filter(job_id__in=ids).values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).delete()


def files_delete(ids: Iterable[int]) -> None:
    """Delete the rows, and their contents once that is committed: a row without contents would be a broken promise."""
    files = list(JobFile.objects.filter(pk__in=ids))
    JobFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    for file in files:
        transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
