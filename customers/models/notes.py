"""What colleagues should know about a customer."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.customer import Customer
from foundation.changes.constraints import filled
from foundation.changes.models import Tracked


class Note(Tracked):
    """A remark of a colleague about a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes", verbose_name=_("customer"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        blank=True,
        null=True,
        related_name="customer_notes",
        verbose_name=_("author"),
    )
    text = models.TextField(_("text"))

    class Meta(Tracked.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-created_at", "-pk"]
        constraints = [filled("note_text_trimmed", "text", _("Write something, without spaces around it."))]

    def __str__(self) -> str:
        return self.text[:80]


def own_name(_content: StoredFile, _name: str) -> str:
    """Where an attachment is stored: under a name of ours that says nothing and cannot be guessed."""
    return f"notes/{timezone.now():%Y/%m}/{secrets.token_urlsafe(24)}"


class StoredFile(models.Model):
    """What an attachment holds. It outlives the note for a while, so that a deleted note can be brought back whole."""

    file = models.FileField(_("stored file"), upload_to=own_name, max_length=200, blank=True)
    size = models.BigIntegerField(_("bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    content_type = models.CharField(_("type"), max_length=100, help_text=_("Told by the content."))
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    unused_since = models.DateTimeField(_("unused since"), null=True, editable=False)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="storedfile_size_not_negative")]

    def __str__(self) -> str:
        return self.digest


class NoteFile(Tracked):
    """A file attached to a note."""

    note = models.ForeignKey(Note, models.CASCADE, related_name="files", verbose_name=_("note"))
    content = models.OneToOneField(StoredFile, models.PROTECT, related_name="note_file", verbose_name=_("content"))
    name = models.CharField(_("name"), max_length=200)

    class Meta(Tracked.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [filled("notefile_name_trimmed", "name", _("A file needs a name, without spaces around it."))]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where those who may see the note download it."""
        return reverse("admin:customers_note_file", args=[self.pk])
