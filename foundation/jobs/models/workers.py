"""The processes that do the work, and the work they do by the clock."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.jobs.timing import timing


class WorkerBeat(models.Model):
    """Sign of life of one `manage.py worker`."""

    name = models.CharField(_("name"), max_length=100, help_text=_("Host and process."))
    version = models.CharField(_("version"), max_length=40, blank=True)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    seen_at = models.DateTimeField(_("last seen"), db_default=Now())
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    oldest_waiting_seconds = models.PositiveIntegerField(_("oldest waiting job, seconds"), default=0)
    restarts = models.PositiveIntegerField(_("clusters started again"), default=0)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["-seen_at"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["name"], name="workerbeat_name_unique"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=models.F("started_at")),
                name="workerbeat_stopped_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_silent(self) -> bool:
        """Whether it has not been seen for too long."""
        return timezone.now() - self.seen_at > timedelta(seconds=timing().worker_silent)


class JobSchedule(models.Model):
    """When a periodic kind of job is due next; the rows are made from the code, never by hand."""

    kind = models.CharField(_("kind"), max_length=100)
    next_at = models.DateTimeField(_("next at"))
    last_at = models.DateTimeField(_("last at"), null=True, blank=True)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["kind"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["kind"], name="jobschedule_kind_unique")]

    def __str__(self) -> str:
        return self.kind
