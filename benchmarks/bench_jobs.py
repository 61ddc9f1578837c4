"""How soon a job starts after it was queued, with a real worker."""

import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings

from benchmarks.figures import Figure
from foundation.jobs.models import Job, WorkerBeat
from foundation.jobs.services import enqueue

JOBS = 80
LONGEST_MS = 250
PATIENCE_SECONDS = 60
KIND = "jobs.tidy"  # with nothing to tidy: next to no work


def run() -> Iterable[Figure]:
    """One job at a time at any moment of the queue's poll; a person who presses a button waits for this."""
    with worker():
        waits = sorted(start_milliseconds() for _ in range(JOBS))
    p95 = waits[int(len(waits) * 0.95) - 1]
    yield Figure(f"job: start after queued, p50 / {LONGEST_MS} ms", statistics.median(waits) / LONGEST_MS, goal=1)
    yield Figure(f"job: start after queued, p95 / {LONGEST_MS} ms", p95 / LONGEST_MS, goal=1)


@contextmanager
def worker() -> Iterator[None]:
    """A worker that has shown life and done its first job."""
    process = subprocess.Popen([sys.executable, "manage.py", "worker", "--only", "hub"], cwd=settings.BASE_DIR)
    try:
        wait_for(WorkerBeat.objects.exists)
        start_milliseconds()
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def start_milliseconds() -> float:
    """Queue one job and say how long it waited, by the database's clock."""
    time.sleep(random.uniform(0, 0.2))  # noqa: S311  (no rhythm shared with the poll)
    job = enqueue(KIND)
    wait_for(Job.objects.filter(pk=job.pk, finished_at__isnull=False).exists)
    job.refresh_from_db()
    return (job.started_at - job.queued_at).total_seconds() * 1000


def wait_for(condition) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("The worker does not do its work")
        time.sleep(0.02)
