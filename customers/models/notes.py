"""What colleagues should know about a customer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
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
