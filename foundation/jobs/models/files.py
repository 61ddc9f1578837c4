"""Files that go into a job or come out of it."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.jobs.models.job import Job


def own_name(_file: JobFile, _name: str) -> str:
    """Where a file is stored: under a name of ours that says nothing and cannot be guessed."""
    return f"jobs/{timezone.now():%Y/%m}/{secrets.token_urlsafe(24)}"


class JobFile(models.Model):
    """A file a person gave to a job, or a job made for a person; never served by the web server itself."""

    class Kind(models.TextChoices):
        INPUT = "input", _("Input")
        OUTPUT = "output", _("Output")

    job = models.ForeignKey(Job, verbose_name=_("job"), on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    file = models.FileField(_("file"), upload_to=own_name, max_length=200)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("job file")
        verbose_name_plural = _("job files")
        ordering = ["job", "kind", "name"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["job", "kind", "name"], name="jobfile_name_once_per_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="jobfile_name_not_blank"),
            models.CheckConstraint(condition=Q(kind__in=["input", "output"]), name="jobfile_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where those who may see the job download it."""
        return reverse("admin:jobs_job_file", args=[self.job_id, self.pk])
