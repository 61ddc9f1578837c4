"""The change ledger: who changed what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tracked(models.Model):
    """A business row: every write raises `version` and is written into the change ledger."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, editable=False)

    class Meta:
        abstract = True
