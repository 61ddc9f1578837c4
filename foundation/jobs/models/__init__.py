"""Background work: jobs, what they leave behind, and the workers that do them."""

from foundation.jobs.models.files import JobFile
from foundation.jobs.models.job import Job, JobAttempt, JobProgress
from foundation.jobs.models.workers import JobSchedule, WorkerBeat

__all__ = ["Job", "JobAttempt", "JobFile", "JobProgress", "JobSchedule", "WorkerBeat"]
