"""Runs queued jobs inside a test."""

from foundation.jobs.models import Job
from foundation.jobs.tasks import run_job

MOST = 100


def run_pending() -> list[Job]:
    """Run every queued job that is due, also those the jobs start, in this process; return them ended, in order."""
    done: list[int] = []
    while (job := Job.objects.filter(state=Job.State.QUEUED).exclude(pk__in=done).order_by("id").first()) is not None:
        if len(done) >= MOST:
            raise AssertionError("The jobs start ever more jobs")
        run_job(job.pk)
        done.append(job.pk)
    return [Job.objects.get(pk=pk) for pk in done]
