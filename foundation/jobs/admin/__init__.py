"""Background work in the admin: the jobs' pages, and ledgers one can only look at."""

from foundation.jobs.admin.jobs import JobAdmin
from foundation.jobs.admin.queue import JobScheduleAdmin, WorkerBeatAdmin

__all__ = ["JobAdmin", "JobScheduleAdmin", "WorkerBeatAdmin"]
