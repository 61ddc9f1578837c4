"""Putting e-mail into the outbox."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from copy import copy
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation.jobs.models import Job, OutboxMessage
from foundation.jobs.outbox.services import put

KIND = "mail"


class MailTooLargeError(ValueError):
    """The mail is over the limit; the text is a sentence for people."""


def mail_put(
    *, to: Sequence[str], subject: str | Promise, text: str, html: str = "", job: Job | None = None
) -> list[OutboxMessage]:
    """Send an e-mail when the current transaction commits."""
    mail = EmailMultiAlternatives(str(subject), text, to=list(to))
    if html:
        mail.attach_alternative(html, "text/html")
    return mail_put_message(mail, job=job)


def mail_put_message(mail: EmailMessage, *, job: Job | None = None) -> list[OutboxMessage]:
    """Put one of Django's e-mails into the outbox as it is, once per recipient.

    Each recipient is a delivery of its own: one refused address neither stops nor repeats the others.
    """
    source = _source(mail)
    if len(source) > settings.MAIL_MAX_BYTES:
        raise MailTooLargeError(
            _("This e-mail has %(size).1f MB; the limit is %(limit).1f MB. Send a link instead of the attachment.")
            % {"size": len(source) / 1e6, "limit": settings.MAIL_MAX_BYTES / 1e6}
        )
    content = {"sender": _bare(mail.from_email), "subject": str(mail.subject), "source": b64encode(source).decode()}
    recipients = dict.fromkeys(_bare(address) for address in mail.recipients())
    with transaction.atomic():
        return [put(KIND, payload={"recipient": recipient, **content}, job=job) for recipient in recipients]


def _source(mail: EmailMessage) -> bytes:
    """The mail as it will be sent, however often: its Message-ID is how receivers recognise a repetition."""
    named = copy(mail)
    named.extra_headers = {"Message-ID": f"<{uuid4()}@{_domain(mail)}>", **mail.extra_headers}
    return named.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own, richer


def _bare(address: str) -> str:
    """The address as mail servers read it: no name, an international domain in its ASCII form."""
    return parseaddr(sanitize_address(address, "utf-8"))[1]


def _domain(mail: EmailMessage) -> str:
    return _bare(mail.from_email).rpartition("@")[2] or "localhost"
