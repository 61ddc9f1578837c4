"""The local mailbox: where e-mail goes instead of a mail server (HUB_MAILBOX)."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class MailboxMessage(models.Model):
    """One e-mail as its one recipient would have got it."""

    reference = models.UUIDField(_("reference"), editable=False)
    recipient = models.CharField(_("recipient"), max_length=320)
    sender = models.CharField(_("sender"), max_length=500)
    subject = models.TextField(_("subject"), blank=True)
    text = models.TextField(_("text"), blank=True)
    source = models.BinaryField(_("source"))
    received_at = models.DateTimeField(_("received at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("mailbox message")
        verbose_name_plural = _("mailbox messages")
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            # What makes a repeated delivery harmless, and what the outbox asks when it does not know.
            models.UniqueConstraint(
                fields=["reference"],
                name="mailboxmessage_reference_unique",
                violation_error_message=_("This e-mail is already in the mailbox."),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or str(_("(no subject)"))
