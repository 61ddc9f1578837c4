"""The outbox handler for e-mail."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from foundation.jobs.mail.mailbox import MailboxTransport
from foundation.jobs.mail.services import KIND
from foundation.jobs.mail.smtp import SmtpTransport
from foundation.jobs.mail.transport import Envelope, Transport
from foundation.jobs.outbox.handlers import Handler, Outgoing, Payload, Repeat


class MailHandler(Handler):
    """Delivers one e-mail to one recipient: into the local mailbox (HUB_MAILBOX), else to the mail server."""

    kind = KIND
    title = _("E-mail")

    @property
    def transport(self) -> Transport:
        """The way mail leaves, by the settings in force."""
        return MailboxTransport() if settings.MAILBOX else SmtpTransport(settings.EMAIL_CONFIG)

    @property
    def repeat(self) -> Repeat:
        """Depends on the way it leaves."""
        return self.transport.repeat

    def send(self, message: Outgoing) -> str:
        """Hand the mail over."""
        return self.transport.send(_envelope(message))

    def look_up(self, message: Outgoing) -> str | None:
        """Ask whether it was handed over."""
        return self.transport.look_up(_envelope(message))

    def shown(self, payload: Payload) -> dict[str, Any]:
        """Who gets it and its subject; never its text, which may hold a link that opens an account."""
        return {"recipient": payload["recipient"], "sender": payload["sender"], "subject": payload["subject"]}

    @property
    def payload_kept_for(self) -> timedelta:
        """Mails are personal and may hold secrets: emptied once delivered, unless the installation keeps them."""
        return timedelta(days=settings.MAIL_KEEP_DAYS)


def _envelope(message: Outgoing) -> Envelope:
    payload = message.payload
    return Envelope(message.reference, payload["sender"], payload["recipient"], b64decode(payload["source"]))
