"""Work by the clock: kinds of jobs that declare `every`. Rows say when each is due next, the code which there are."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from foundation.jobs.models import JobSchedule
from foundation.jobs.registry import JobKind, job_kinds
from foundation.jobs.services import enqueue


def periodic_kinds() -> dict[str, JobKind]:
    """The kinds that start by themselves, by name."""
    return {kind.name: kind for kind in job_kinds() if kind.every}


def schedules_reconcile() -> None:
    """Make the rows match the code: one per periodic kind, none for what has gone."""
    kinds = periodic_kinds()
    JobSchedule.objects.exclude(kind__in=kinds).delete()
    rows = [JobSchedule(kind=name, next_at=timezone.now()) for name in kinds]
    JobSchedule.objects.bulk_create(rows, ignore_conflicts=True)


def schedules_start_due() -> int:
    """Enqueue what is due and say how many; after downtime each runs once, not once per missed time."""
    kinds = periodic_kinds()
    started = 0
    for name in JobSchedule.objects.filter(kind__in=kinds, next_at__lte=Now()).values_list("kind", flat=True):
        every = kinds[name].every or timedelta.max
        due = JobSchedule.objects.filter(kind=name, next_at__lte=Now())
        if due.update(next_at=Now() + every, last_at=Now()):
            enqueue(name, key=f"schedule:{name}")
            started += 1
    return started
