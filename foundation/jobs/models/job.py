"""One piece of background work, its tries, and how far it has come.

The job row is the truth; the queue is only a doorbell that may be lost or rung twice.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A piece of background work: who asked for it, where it stands, and how it ended."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CRASHED = "crashed", _("Crashed")
        CANCELLED = "cancelled", _("Cancelled")

    class Cluster(models.TextChoices):
        HUB = "hub", _("Everyday work")
        SLOW = "slow", _("Long work")

    ACTIVE = (State.QUEUED, State.RUNNING)
    FINAL = (State.SUCCEEDED, State.FAILED, State.CRASHED, State.CANCELLED)

    kind = models.CharField(_("kind"), max_length=100, help_text=_("The registered handler that does it."))
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    cluster = models.CharField(_("cluster"), max_length=10, choices=Cluster, default=Cluster.HUB)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        on_delete=models.PROTECT,
        related_name="jobs",
        null=True,
        blank=True,
    )
    args = models.JSONField(_("arguments"), default=dict, blank=True, help_text=_("Ids and settings, never contents."))
    key = models.CharField(
        _("key"),
        max_length=200,
        blank=True,
        help_text=_("Jobs with the same key do the same thing."),
    )

    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    deaths = models.PositiveSmallIntegerField(_("deaths without progress"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("deaths without progress that end it"), default=3)
    token = models.PositiveBigIntegerField(
        _("run token"),
        default=0,
        help_text=_("Raised with every start and takeover: an older run may not write."),
    )
    doorbell = models.BigIntegerField(_("doorbell"), null=True, blank=True, help_text=_("Row of the queue, if any."))
    rung_at = models.DateTimeField(_("rung at"), null=True, blank=True)

    due_at = models.DateTimeField(_("due at"), db_default=Now())
    queued_at = models.DateTimeField(_("queued at"), db_default=Now())
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    cancel_requested_at = models.DateTimeField(_("cancel requested at"), null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancel requested by"),
        on_delete=models.PROTECT,
        related_name="cancelled_jobs",
        null=True,
        blank=True,
    )

    result = models.JSONField(_("result"), null=True, blank=True, encoder=DjangoJSONEncoder)
    error = models.TextField(_("error"), blank=True, help_text=_("A sentence for people: what happened, what to do."))
    error_reference = models.CharField(_("error reference"), max_length=20, blank=True)
    links = models.JSONField(_("links"), default=list, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("view_all_jobs", _("Can view everybody's jobs")),
            ("cancel_job", _("Can cancel everybody's jobs")),
            ("rerun_job", _("Can run everybody's jobs again")),
        ]
        indexes = [
            # The sweeper, the watchdog and the dashboard look only at what is not finished.
            models.Index(fields=["cluster", "due_at"], condition=Q(state__in=["queued", "running"]), name="job_active"),
            # The list of one's own jobs, newest first.
            models.Index(fields=["owner", "-id"], name="job_of_owner"),
            # "Today" on the dashboard, and pruning.
            models.Index(fields=["finished_at"], name="job_finished_at"),
        ]
        constraints = [
            # Also the one that refuses a state nobody knows.
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["succeeded", "failed", "crashed", "cancelled"], finished_at__isnull=False),
                name="job_finished_exactly_when_final",
                violation_error_message=_("A job has a finishing time exactly when it has ended."),
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False, attempts__gte=1, token__gte=1),
                name="job_running_was_counted",
                violation_error_message=_("A running job has a starting time and at least one attempt."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "crashed"]) | ~Q(error=""),
                name="job_trouble_is_explained",
                violation_error_message=_("A job that failed says why."),
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | Q(cancel_requested_at__isnull=False),
                name="job_cancelled_was_asked_for",
                violation_error_message=_("A cancelled job knows when that was asked for."),
            ),
            models.CheckConstraint(
                condition=Q(deaths__lte=models.F("max_attempts")),
                name="job_deaths_within_limit",
                violation_error_message=_("A job that died too often is not started again."),
            ),
            models.UniqueConstraint(
                fields=["key", "state"],
                condition=Q(state__in=["queued", "running"]) & ~Q(key=""),
                name="job_once_queued_once_running_per_key",
                violation_error_message=_("The same job is waiting or running already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Page of this job."""
        return reverse("admin:jobs_job_change", args=[self.pk])

    @property
    def is_final(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self.state in self.FINAL

    @property
    def is_cancelling(self) -> bool:
        """Whether it still runs although somebody asked it to stop."""
        return self.state == self.State.RUNNING and self.cancel_requested_at is not None

    @property
    def duration(self) -> timedelta | None:
        """How long its last run took, if it is over."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None


class JobProgress(models.Model):
    """How far a job has come and when it last showed life; written outside the transaction it tells about.

    A table of its own, so that these small frequent writes never wait for, or lock, the job row.
    """

    job = models.OneToOneField(
        Job, verbose_name=_("job"), on_delete=models.CASCADE, primary_key=True, related_name="progress"
    )
    token = models.PositiveBigIntegerField(_("run token"), default=0)
    message = models.CharField(_("message"), max_length=200, blank=True)
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), null=True, blank=True)
    furthest = models.PositiveBigIntegerField(
        _("furthest"), default=0, help_text=_("The most an earlier attempt had done; only more than this is progress.")
    )
    heartbeat_at = models.DateTimeField(_("last sign of life"), db_default=Now())

    class Meta:
        verbose_name = _("job progress")
        verbose_name_plural = _("job progress")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=models.F("total")),
                name="jobprogress_done_within_total",
                violation_error_message=_("More is done than there is to do."),
            ),
        ]

    def __str__(self) -> str:
        if self.total is None:
            return str(self.done)
        return gettext("%(done)s of %(total)s") % {"done": self.done, "total": self.total}

    @property
    def percent(self) -> int | None:
        """How much is done of what is known to be to do."""
        return self.done * 100 // self.total if self.total else None


class JobAttempt(models.Model):
    """One try at a job: committed before its work begins, so that a try that kills its worker is counted too."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CRASHED = "crashed", _("Crashed")
        CANCELLED = "cancelled", _("Cancelled")
        DIED = "died", _("Worker died")
        RELEASED = "released", _("Worker was stopped")

    job = models.ForeignKey(Job, verbose_name=_("job"), on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField(_("number"))
    token = models.PositiveBigIntegerField(_("run token"))
    worker = models.CharField(_("worker"), max_length=120)
    pid = models.PositiveIntegerField(_("process"), default=0)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.RUNNING)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["job", "number"]
        default_permissions = ()
        indexes = [
            # What a worker is doing now, and when it last began something: the watchdog's question.
            models.Index(fields=["worker", "-started_at"], name="jobattempt_of_worker"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="jobattempt_number_once_per_job"),
            models.CheckConstraint(
                condition=Q(outcome="running", finished_at__isnull=True)
                | (~Q(outcome="running") & Q(finished_at__isnull=False)),
                name="jobattempt_finished_exactly_when_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}.{self.number}"
