"""What the queue calls, and the jobs the hub does for itself."""

from foundation.jobs.claims import claim
from foundation.jobs.runs import execute


def run_job(job_id: int) -> None:
    """Answer the doorbell; whoever else heard it, or a ring too many, finds nothing to claim."""
    if job := claim(job_id):
        execute(job)
