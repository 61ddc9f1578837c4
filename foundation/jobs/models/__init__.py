"""Background work: jobs, what they leave behind, the workers that do them, and what leaves the hub."""

from foundation.jobs.models.files import JobFile
from foundation.jobs.models.job import Job, JobAttempt, JobProgress
from foundation.jobs.models.mail import MailboxMessage
from foundation.jobs.models.outbox import OutboxAttempt, OutboxMessage
from foundation.jobs.models.workers import JobSchedule, WorkerBeat

__all__ = [
    "Job",
    "JobAttempt",
    "JobFile",
    "JobProgress",
    "JobSchedule",
    "MailboxMessage",
    "OutboxAttempt",
    "OutboxMessage",
    "WorkerBeat",
]
