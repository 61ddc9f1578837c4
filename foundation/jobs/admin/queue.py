"""The queue's own tables, the workers and the schedules: to be looked at, never changed.

A schedule row of the queue names any Python function and runs it, so who may write one may run anything (rule S2);
the queue's own admin would allow that.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_q.models import Failure, OrmQ, Schedule, Success

from foundation.jobs.admin.read_only import ReadOnlyAdmin
from foundation.jobs.models import JobSchedule, WorkerBeat
from foundation.jobs.registry import UnknownJobKindError, job_kind
from foundation.ui.markup import badge
from foundation.ui.theme import display

for model in (Schedule, Success, Failure, OrmQ):
    admin.site.unregister(model)


@admin.register(Schedule)
class QueueScheduleAdmin(ReadOnlyAdmin):
    """The queue's own schedules; the hub makes none (its periodic jobs are declared in code)."""

    list_display = ("name", "func", "schedule_type", "next_run")


@admin.register(Success, Failure)
class QueueTaskAdmin(ReadOnlyAdmin):
    """What the queue remembers of its tasks."""

    list_display = ("name", "func", "cluster", "started", "stopped")
    list_filter = ("cluster",)
    fields = ("id", "name", "func", "cluster", "started", "stopped", "attempt_count")


@admin.register(OrmQ)
class QueueRowAdmin(ReadOnlyAdmin):
    """Bells that wait to be heard."""

    list_display = ("id", "key", "name", "lock")
    list_filter = ("key",)
    fields = ("id", "key", "name", "lock")


@admin.register(WorkerBeat)
class WorkerBeatAdmin(ReadOnlyAdmin):
    """The workers and when each was last seen."""

    list_display = ("name", "shown_state", "seen_at", "started_at", "version", "oldest_waiting_seconds", "restarts")

    @display(description=_("state"))
    def shown_state(self, beat: WorkerBeat) -> SafeString:
        """Whether it runs, was stopped, or has fallen silent."""
        if beat.stopped_at:
            return badge(_("stopped"))
        return badge(_("silent"), "bad") if beat.is_silent else badge(_("running"), "good")


@admin.register(JobSchedule)
class JobScheduleAdmin(ReadOnlyAdmin):
    """Work by the clock."""

    list_display = ("shown_title", "every", "next_at", "last_at")

    @display(description=_("work"), ordering="kind")
    def shown_title(self, schedule: JobSchedule) -> SafeString:
        """Title of the kind."""
        return format_html("{}", self._kind(schedule, "title") or schedule.kind)

    @display(description=_("every"))
    def every(self, schedule: JobSchedule) -> Any:
        """How often, as the code says."""
        return self._kind(schedule, "every")

    def _kind(self, schedule: JobSchedule, name: str) -> Any:
        try:
            return getattr(job_kind(schedule.kind), name)
        except UnknownJobKindError:
            return None
