"""The change ledger: who changed what, and the business rows it watches."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.changes.links import job_url
from foundation.changes.rules import JudgedTogether
from foundation.changes.triggers import TRACKED_TRIGGERS


class Source(models.TextChoices):
    """Through what a change came."""

    FORM = "form", _("Form")
    IMPORT = "import", _("Import")
    SYNC = "sync", _("Synchronisation")
    API = "api", _("API")
    COMMAND = "command", _("Command line")
    UNDO = "undo", _("Undo")
    SYSTEM = "system", _("System")
    UNKNOWN = "unknown", _("Unknown")


class ExactDecoder(json.JSONDecoder):
    """Reads numbers as the database wrote them: 12.10 stays 12.10."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, parse_float=Decimal)


class ChangeSet(models.Model):
    """What one transaction changed on behalf of one person or system; the first change makes it, so none is empty."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.PROTECT,
        related_name="change_sets",
    )
    source = models.CharField(_("through"), max_length=10, choices=Source)
    via = models.CharField(_("by means of"), max_length=200, help_text=_("A token, a command, a connection."))
    reason = models.TextField(_("reason"))
    # jobs stands above changes and keeps its own rows; a job's number stays readable after the job is gone
    job_id = models.BigIntegerField(_("job"), null=True)
    request_id = models.CharField(_("request"), max_length=64)
    started_at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("change set")
        verbose_name_plural = _("change sets")
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            # what a job changed: links from the job's page, undo of a run
            models.Index(fields=["job_id"], name="changeset_job", condition=models.Q(job_id__isnull=False)),
            models.Index(fields=["source", "id"], name="changeset_source"),  # the list filtered by source
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def who(self) -> str:
        """Name of the person, or what stands in for one."""
        if self.actor is not None:
            return str(self.actor)
        return str(_("The hub itself") if self.source == Source.SYSTEM else _("Nobody signed in"))

    @property
    def job_url(self) -> str:
        """Page of the job that did it."""
        return job_url(self.job_id) if self.job_id is not None else ""


class Change(models.Model):
    """One row inserted, updated or deleted; written by triggers only.

    `before` holds the former values of the changed columns, or the whole row if it was deleted. What they became is
    the next change's `before`, or the row as it stands: nothing is kept twice.
    """

    class Operation(models.TextChoices):
        INSERT = "insert", _("Added")
        UPDATE = "update", _("Changed")
        DELETE = "delete", _("Deleted")

    # Both tables are written by one function and never deleted from: a constraint would only cost a look-up per row.
    set = models.ForeignKey(
        ChangeSet, on_delete=models.PROTECT, related_name="changes", db_constraint=False, db_index=False
    )
    table = models.CharField(_("table"), max_length=63)
    key = models.BigIntegerField(_("key"))
    operation = models.CharField(_("operation"), max_length=6, choices=Operation)
    before = models.JSONField(_("before"), null=True, decoder=ExactDecoder)
    parent = models.BigIntegerField(
        _("parent"), null=True, help_text=_("Key of the record that this one belonged to before.")
    )

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            # a record's history, newest first; few tables share a key, so the table needs no place in it
            models.Index(fields=["key", "id"], name="change_key"),
            # a set's changes: they lie together, so a range index finds them and costs bulk writes nothing
            BrinIndex(fields=["set"], name="change_set", autosummarize=True, pages_per_range=32),
            # children that a record lost
            models.Index(fields=["parent", "id"], name="change_parent", condition=models.Q(parent__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.table} {self.key}"


class AuditEvent(models.Model):
    """Something worth knowing later that is no change of a record: a sign-in, a refusal, an export, a new token."""

    kind = models.CharField(_("what"), max_length=60, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.PROTECT,
        related_name="audit_events",
    )
    subject_type = models.CharField(_("kind of record"), max_length=100, blank=True)
    subject_key = models.CharField(_("record"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    address = models.GenericIPAddressField(_("network address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        default_permissions = ("view",)
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_type", "subject_key"], name="auditevent_subject")
        ]  # all about one record

    def __str__(self) -> str:
        return self.kind


class ErasedRecord(models.Model):
    """A record whose personal data was erased on request: no undo and no history brings back what it held."""

    table = models.CharField(_("table"), max_length=63)
    key = models.BigIntegerField(_("key"))
    at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        verbose_name = _("erased record")
        verbose_name_plural = _("erased records")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["key", "table"], name="erasedrecord_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


class Tracked(JudgedTogether):
    """A business row: the database raises `version` on every real change and writes the change into the ledger.

    Subclasses write `class Meta(Tracked.Meta)`. Class attributes tell the ledger more; after changing one, run
    `makemigrations`:

    * `history_exclude`: names of fields that are no news (times of use, search vectors): the ledger leaves them out;
    * `history_secret`: names of fields of which the ledger says that they changed, never what they held;
    * `history_parent`: name of the foreign key to the record on whose history page this one appears too. Without it
      the first foreign key that cascades is meant; an empty string says there is none.
    """

    history_exclude: ClassVar[tuple[str, ...]] = ()
    history_secret: ClassVar[tuple[str, ...]] = ()
    history_parent: ClassVar[str | None] = None

    version = models.PositiveIntegerField(_("version"), db_default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now(), editable=False)

    class Meta:
        abstract = True
        triggers = TRACKED_TRIGGERS

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and forget what only the database knows now: the next look at `version` asks for it."""
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if not is_new:
            for name in ("version", "updated_at"):
                self.__dict__.pop(name, None)
