"""Signs of life and progress of a run, written on a database connection of their own.

So they are seen while the handler is inside a transaction, and stay when that is rolled back. The same statement
brings back whether somebody asked the job to stop, and whether another run has taken over.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import structlog
from django.db import DatabaseError, InterfaceError, connection, connections
from psycopg.pq import TransactionStatus

from foundation.jobs.errors import JobCancelled, JobSuperseded
from foundation.jobs.models import Job
from foundation.jobs.timing import timing

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

log = structlog.get_logger(__name__)
WRITE = """
    UPDATE jobs_jobprogress AS progress
       SET heartbeat_at = clock_timestamp(), message = %s, done = %s, total = %s
      FROM jobs_job AS job
     WHERE progress.job_id = %s AND progress.token = %s AND job.id = progress.job_id
    RETURNING job.cancel_requested_at IS NOT NULL
"""


class Pulse:
    """What a run says of itself; this one writes at once and on the caller's connection (tests in a transaction)."""

    def __init__(self, job: Job) -> None:
        self.job_id, self.token = job.pk, job.token
        self.values: dict[str, Any] = {"message": "", "done": 0, "total": None}
        self.cancelled = self.superseded = False

    def __enter__(self) -> Pulse:
        return self

    def __exit__(self, *_exception: object) -> None:
        return None

    def report(self, done: int, total: int | None, message: str) -> None:
        """Take note of how far the run has come."""
        self._note(done, total, message)
        self._write_unless_busy()

    def check(self) -> None:
        """Stop the handler if it must not, or need not, go on."""
        self._write_unless_busy()
        self._raise_if_over()

    def _write_unless_busy(self) -> None:
        """Write; not while a COPY of the handler holds the one connection, which would wait for itself for ever."""
        driver = connection.connection
        if driver is None or driver.info.transaction_status != TransactionStatus.ACTIVE:
            self._write(connection)

    def _note(self, done: int, total: int | None, message: str) -> None:
        total = None if total is None else max(done, total)  # a total is often an estimate
        self.values = {"message": message.replace("\0", "")[:200], "done": done, "total": total}

    def _write(self, database: BaseDatabaseWrapper) -> None:
        values = self.values
        with database.cursor() as cursor:
            cursor.execute(WRITE, [values["message"], values["done"], values["total"], self.job_id, self.token])
            row = cursor.fetchone()
        self.superseded = row is None
        self.cancelled = row is not None and row[0]

    def _raise_if_over(self) -> None:
        if self.superseded:
            raise JobSuperseded
        if self.cancelled:
            raise JobCancelled


class ThreadPulse(Pulse):
    """Writes from a thread with its own connection, opened only by runs that last long enough to need it."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.timing = timing()
        self._over = threading.Event()
        self._is_news = self._is_asked = False
        self._thread = threading.Thread(target=self._run, name=f"pulse of job {job.pk}", daemon=True)

    def __enter__(self) -> ThreadPulse:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def report(self, done: int, total: int | None, message: str) -> None:
        """Take note; the thread writes it."""
        self._note(done, total, message)
        self._is_news = True
        self._raise_if_superseded()

    def check(self) -> None:
        """Stop the handler if the thread has learnt that it must not, or need not, go on."""
        self._is_asked = True
        self._raise_if_over()

    def _raise_if_superseded(self) -> None:
        if self.superseded:
            raise JobSuperseded

    def _run(self) -> None:
        own = connections.create_connection("default")
        last = time.monotonic()
        try:
            while not self._over.wait(self.timing.progress):
                wanted = self._is_news or self._is_asked
                if wanted or time.monotonic() - last >= self.timing.beat:
                    last = time.monotonic()
                    self._write_if_possible(own)
        finally:
            own.close()

    def _write_if_possible(self, own: BaseDatabaseWrapper) -> None:
        """Write; a database that is away for a moment costs beats, not the run."""
        self._is_news = self._is_asked = False
        try:
            self._write(own)
        except (DatabaseError, InterfaceError) as error:
            log.warning("job: no sign of life could be written", job_id=self.job_id, error=type(error).__name__)
            self._is_news = True
            own.close()


def pulse_for(job: Job) -> Pulse:
    """Return the pulse for a run in this process.

    Outside of tests `claim` has made sure that no transaction is open here; inside a test's transaction no other
    connection could see the job.
    """
    return Pulse(job) if connection.in_atomic_block else ThreadPulse(job)
