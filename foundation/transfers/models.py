"""Imports as people meet them: a file on its way into the hub, saved ways to read files, what is known already."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from foundation.changes.models import Tracked


def own_name(_run: ImportRun, _name: str) -> str:
    """Where an uploaded file is stored: under a name of ours that says nothing and cannot be guessed."""
    return f"imports/{timezone.now():%Y/%m}/{secrets.token_urlsafe(24)}"


class ImportRun(models.Model):
    """One file on its way: uploaded, checked, applied, perhaps undone. Each step is a job that may be repeated.

    What was checked is kept in tables of the schema `staging`, named after the run; the stored file is the truth, so
    they can be made again at any time.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Uploaded")
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        APPLYING = "applying", _("Being applied")
        APPLIED = "applied", _("Applied")
        FAILED = "failed", _("Failed")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    BUSY = (State.CHECKING, State.APPLYING, State.UNDOING)

    what = models.CharField(_("what"), max_length=60, help_text=_("The kind of file, such as customers."))
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(_("stored file"), upload_to=own_name, max_length=200)
    size = models.BigIntegerField(_("bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        on_delete=models.PROTECT,
        related_name="import_runs",
        null=True,
        db_index=False,
    )
    shape = models.JSONField(_("form of the file"), default=dict)
    mapping = models.JSONField(_("mapping of columns"), default=dict)
    options = models.JSONField(_("options"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    check_token = models.UUIDField(_("check"), default=uuid.uuid4, help_text=_("Changes with every check."))
    counts = models.JSONField(_("counts"), default=dict, encoder=DjangoJSONEncoder)
    unknown_headers = models.JSONField(_("columns nobody knows"), default=list)
    error = models.TextField(_("error"), blank=True)
    check_job = models.BigIntegerField(_("job of the check"), null=True)
    apply_job = models.BigIntegerField(_("job that applied it"), null=True)
    undo_plan = models.JSONField(_("plan of the undo"), null=True)
    undo_job = models.BigIntegerField(_("job that undid it"), null=True)
    created_at = models.DateTimeField(_("uploaded at"), db_default=Now())
    checked_at = models.DateTimeField(_("checked at"), null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        *("uploaded", "checking", "checked", "applying", "applied", "failed", "undoing", "undone"),
                    ]
                ),
                name="importrun_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undoing", "undone"]) | Q(applied_at__isnull=False),
                name="importrun_applied_at_known",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="importrun_by_owner"),  # a person's own imports, newest first
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page that follows the run from upload to undo."""
        return reverse("admin:transfers_importrun_page", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        """Whether a job is at work on it."""
        return self.state in self.BUSY


class ImportRequest(models.Model):
    """What a program asked for when it sent a file: the same request again is answered with the run it began."""

    run = models.OneToOneField(
        ImportRun, verbose_name=_("import"), on_delete=models.CASCADE, primary_key=True, related_name="request"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(  # noqa: DJ001  (null, so that those without one do not collide)
        _("key"), max_length=64, null=True, help_text=_("Digest of the program's idempotency key, for a day.")
    )
    digest = models.CharField(_("digest"), max_length=64, help_text=_("Of all that was asked for, file included."))

    class Meta:
        verbose_name = _("import request")
        verbose_name_plural = _("import requests")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "key"],
                name="importrequest_once_per_key",
                violation_error_message=_("This request was answered already."),
            ),
        ]

    def __str__(self) -> str:
        return self.digest


class ImportProfile(Tracked):
    """How files of one origin are read: form, mapping and options, under a name."""

    name = models.CharField(_("name"), max_length=100)
    what = models.CharField(_("what"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        on_delete=models.SET_NULL,
        related_name="import_profiles",
        null=True,
    )
    is_shared = models.BooleanField(_("for everybody"), default=True)
    shape = models.JSONField(_("form of the file"), default=dict, blank=True)
    mapping = models.JSONField(_("mapping of columns"), default=dict)
    options = models.JSONField(_("options"), default=dict, blank=True)

    class Meta(Tracked.Meta):
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["what", "name"],
                name="importprofile_name_unique",
                violation_error_message=_("There is a profile with this name already."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^\S(.*\S)?$"),
                name="importprofile_name_trimmed",
                violation_error_message=_("A profile needs a name, without spaces around it."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Seal(models.Model):
    """A row of a file that is known to say what a record holds, as long as the record keeps its version.

    `layout` stands for the columns and options the row was read with, `hash` for its cells, `links` for the records
    that it is linked with by tables between, of which the version says nothing. A row whose seal holds is unchanged and
    needs no look at its values.
    """

    pk = models.CompositePrimaryKey("layout", "hash")
    layout = models.BigIntegerField()
    hash = models.UUIDField()
    record = models.BigIntegerField()
    version = models.PositiveIntegerField()
    links = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.layout}:{self.hash}"
