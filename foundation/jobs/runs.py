"""One run of a job: what its handler gets, and how every way out becomes a final state."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from django.core.files import File
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.jobs.claims import finish, write_progress
from foundation.jobs.crash_points import crash_point
from foundation.jobs.errors import JobCancelled, JobFailed, JobSuperseded
from foundation.jobs.models import Job, JobFile
from foundation.jobs.pulse import Pulse, pulse_for
from foundation.jobs.registry import UnknownJobKindError, job_kind
from foundation.jobs.retention import files_delete
from foundation.jobs.services import job_file_add
from foundation.jobs.timing import cluster_setting
from foundation.outbound.redaction import redacted_traceback

if TYPE_CHECKING:
    from foundation.identity.models import User

log = structlog.get_logger(__name__)
State = Job.State


@dataclass
class JobRun:
    """A handler's view of the job it does."""

    job: Job
    pulse: Pulse
    watch: Callable[[Job], None] | None = None
    links: list[dict[str, str]] = field(default_factory=list)

    @property
    def args(self) -> dict[str, Any]:
        """What the job was started with."""
        return self.job.args

    @property
    def owner(self) -> User | None:
        """Who started it; nobody for work by the clock."""
        return self.job.owner

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Say how far the run has come; cheap enough for every row, seen by others at once, kept on a rollback."""
        self.pulse.report(done, total, message)
        if self.watch is not None:
            self.job.progress.done, self.job.progress.total, self.job.progress.message = done, total, message
            self.watch(self.job)

    def check_cancelled(self) -> None:
        """Call at every safe place to stop: raises when somebody has cancelled the job."""
        self.pulse.check()

    def input(self, name: str | None = None) -> JobFile:
        """Return the (named) file the job was given."""
        given = self.job.files.filter(kind=JobFile.Kind.INPUT)
        return given.get(name=name) if name else given.get()

    def attach(self, name: str, file: File[bytes]) -> JobFile:
        """Keep a result file for the owner to download, in place of one an earlier attempt left."""
        former = self.job.files.filter(kind=JobFile.Kind.OUTPUT, name=name[:200])
        files_delete(former.values_list("pk", flat=True))
        return job_file_add(job=self.job, kind=JobFile.Kind.OUTPUT, name=name, file=file)

    def link(self, label: str, url: str) -> None:
        """Show a link on the job's page once it has ended."""
        self.links.append({"label": str(label), "url": url})

    @contextlib.contextmanager
    def recording(self, reason: str = "", **context: Any) -> Iterator[None]:
        """Open a transaction whose changes the ledger writes down as made by this job for its owner.

        Commits only while this run is the current one: a run given up for dead changes nothing.
        """
        context = {"source": Source.SYSTEM} | context
        with recording(actor=self.owner, reason=reason or self.job.title, job_id=self.job.pk, **context):
            yield
            self.fence()

    def fence(self) -> None:
        """Make sure, last thing in a transaction, that no other run has taken over; none can until it is committed."""
        mine = Job.objects.select_for_update(no_key=True, of=("self",))
        if mine.filter(pk=self.job.pk, token=self.job.token, state=State.RUNNING).first() is None:
            raise JobSuperseded


@dataclass
class Ending:
    """How a run came to its end."""

    state: str
    error: str = ""
    result: dict[str, Any] | None = None
    reference: str = ""
    raises: BaseException | None = None


def execute(job: Job, *, watch: Callable[[Job], None] | None = None) -> None:
    """Do a claimed job and write down how it ended."""
    crash_point("job.claimed")
    with structlog.contextvars.bound_contextvars(job_id=job.pk, job_kind=job.kind), pulse_for(job) as pulse:
        run = JobRun(job, pulse, watch)
        ending = _outcome(run)
        crash_point("job.done")
        if ending is not None:
            _write_down(run, ending)
    if ending is not None and ending.raises is not None:
        raise ending.raises


def _outcome(run: JobRun) -> Ending | None:
    """Call the handler; None if another run has taken over and the end is no longer ours to write."""
    try:
        result = job_kind(run.job.kind).handler(run)
    except JobSuperseded:
        log.warning("job: this run was given up for dead and has stopped")
        return None
    except JobCancelled:
        return Ending(State.CANCELLED)
    except JobFailed as failure:
        return Ending(State.FAILED, str(failure), failure.result)
    except KeyboardInterrupt as stop:
        return Ending(State.CANCELLED, _("It was stopped from the keyboard."), raises=stop)
    except SystemExit as stop:  # the queue's alarm: the job took longer than its cluster allows
        _drop_connection()  # whatever it was in the middle of
        return Ending(State.FAILED, _timeout_sentence(run.job), raises=stop)
    except UnknownJobKindError as unknown:
        return Ending(State.FAILED, _("%(reason)s. Was an app of the hub switched off?") % {"reason": unknown})
    except Exception as bug:  # noqa: BLE001  (every way out ends in a final state)
        return _crash(bug)
    return Ending(State.SUCCEEDED, result=result)


def _crash(bug: Exception) -> Ending:
    reference = secrets.token_hex(4).upper()
    log.error("job: crashed", reference=reference, traceback=redacted_traceback(bug))
    sentence = _("Something unexpected went wrong. It is a fault of the hub: tell the people who run it the reference.")
    return Ending(State.CRASHED, sentence, reference=reference)


def _timeout_sentence(job: Job) -> str:
    return _(
        "It was stopped after %(minutes)d minutes, the longest a job may take here. Split the work into smaller parts "
        "and run it again."
    ) % {"minutes": cluster_setting(job.cluster, "timeout") // 60}


def _write_down(run: JobRun, ending: Ending) -> None:
    """Write the end; on a fresh connection if the handler broke ours; if it cannot be stored, that it crashed."""
    try:
        _finish(run, ending)
    except (OperationalError, InterfaceError):
        _drop_connection()
        _finish(run, ending)
    except Exception as bug:  # noqa: BLE001  (a result that cannot be stored must not leave the job running)
        _finish(run, _crash(bug))


def _drop_connection() -> None:
    """Leave a connection of unknown state; the next query opens a new one. A test's transaction is kept."""
    if not connection.in_atomic_block:
        connection.close()


def _finish(run: JobRun, ending: Ending) -> None:
    write_progress(run.job, run.pulse.values)
    finish(
        run.job,
        ending.state,
        error=ending.error,
        error_reference=ending.reference,
        result=ending.result,
        links=run.links,
    )
