"""The queue, used as a doorbell: it tells a worker that a job is due, and nothing depends on it being heard."""

from __future__ import annotations

from django.conf import settings
from django.db.models.functions import Now
from django_q.brokers import Broker, get_broker
from django_q.tasks import async_task

from foundation.jobs.models import Job

TASK = "foundation.jobs.tasks.run_job"


class _Bell:
    """The queue's broker, keeping in mind which row it made."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.list_key = broker.list_key
        self.row: int | None = None

    def enqueue(self, package: str) -> int:
        row: int = self.broker.enqueue(package)
        self.row = int(row) if settings.Q_CLUSTER.get("orm") else None  # Redis has no rows
        return row


def ring(job: Job) -> None:
    """Tell the job's cluster that it is due; part of the caller's transaction."""
    bell = _Bell(get_broker(job.cluster))
    # Nothing is saved about the task itself: the job row says all, and better.
    async_task(TASK, job.pk, broker=bell, cluster=job.cluster, save=False, task_name=f"job {job.pk}")
    Job.objects.filter(pk=job.pk).update(doorbell=bell.row, rung_at=Now())
