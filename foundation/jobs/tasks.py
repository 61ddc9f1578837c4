"""What the queue calls, and the jobs the hub does for itself."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.jobs.claims import claim
from foundation.jobs.outbox.retention import outbox_prune
from foundation.jobs.registry import job
from foundation.jobs.retention import files_prune, jobs_prune, queue_rows_prune, workers_prune
from foundation.jobs.runs import JobRun, execute


def run_job(job_id: int) -> None:
    """Answer the doorbell; whoever else heard it, or a ring too many, finds nothing to claim."""
    if claimed := claim(job_id):
        execute(claimed)


@job("jobs.tidy", title=_("Remove old jobs and their files"), every=timedelta(hours=6))
def tidy(run: JobRun) -> dict[str, int]:
    """Keep what people still look at; the rest only costs space."""
    return {
        "files": files_prune(older_than=timedelta(days=settings.JOB_FILES_KEPT_DAYS)),
        "jobs": jobs_prune(older_than=timedelta(days=settings.JOBS_KEPT_DAYS)),
        "queue rows": queue_rows_prune(older_than=timedelta(days=settings.JOBS_KEPT_DAYS)),
        "workers": workers_prune(older_than=timedelta(days=1)),
    }


@job("jobs.tidy_outbox", title=_("Empty delivered messages"), every=timedelta(hours=1))
def tidy_outbox(run: JobRun) -> dict[str, int]:
    """Forget contents and evidence when their time is over: they hold personal data."""
    return outbox_prune()
