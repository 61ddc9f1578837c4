"""Background work in the admin: the jobs' pages, and ledgers one can only look at."""

from foundation.jobs.admin.jobs import JobAdmin
from foundation.jobs.admin.outbox import OutboxMessageAdmin
from foundation.jobs.admin.queue import JobScheduleAdmin, WorkerBeatAdmin

__all__ = ["JobAdmin", "JobScheduleAdmin", "OutboxMessageAdmin", "WorkerBeatAdmin"]
