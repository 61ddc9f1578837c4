"""The local mailbox as a transport: mail is kept in a table and shown on a page, nothing leaves the machine."""

from __future__ import annotations

import email
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import default as modern_policy

from django.db.models import Q, QuerySet

from foundation.jobs.mail.transport import Envelope, Transport
from foundation.jobs.models import MailboxMessage
from foundation.jobs.outbox.handlers import Repeat


class MailboxTransport(Transport):
    """Keeps each reference once, so that no repetition doubles a mail."""

    repeat = Repeat.LOOK_UP

    def send(self, envelope: Envelope) -> str:
        """Put the mail into the mailbox."""
        parsed = parse(envelope.source)
        mail = MailboxMessage(
            reference=envelope.reference,
            recipient=envelope.recipient,
            sender=clean(parsed.get("From", envelope.sender)),
            subject=clean(parsed.get("Subject", "")),
            text=body(parsed, "plain"),
            source=envelope.source,
        )
        MailboxMessage.objects.bulk_create([mail], ignore_conflicts=True)
        return "In the local mailbox."

    def look_up(self, envelope: Envelope) -> str | None:
        """Look whether the mail is there."""
        is_there = MailboxMessage.objects.filter(reference=envelope.reference).exists()
        return "In the local mailbox already." if is_there else None


def parse(source: bytes) -> EmailMessage:
    """The mail as an object."""
    return email.message_from_bytes(source, policy=modern_policy)


def body(mail: EmailMessage, kind: str) -> str:
    """The text of a mail as "plain" or "html"; empty if it has none of that kind."""
    part = mail.get_body(preferencelist=(kind,))
    return clean(part.get_content()) if part else ""


def clean(text: str) -> str:
    """Text as PostgreSQL can keep it."""
    return str(text).replace("\0", "").encode(errors="replace").decode()


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content: bytes

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


def attachments(mail: EmailMessage) -> list[Attachment]:
    """The files of a mail."""
    return [
        Attachment(clean(part.get_filename() or f"attachment-{number}"), _content(part))
        for number, part in enumerate(mail.iter_attachments(), start=1)
    ]


def _content(part: Message) -> bytes:
    """A file's bytes; a forwarded mail is a file too."""
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    return b"".join(inner.as_bytes() for inner in part.walk() if inner is not part and not inner.is_multipart())


def mails_list(search: str = "") -> QuerySet[MailboxMessage]:
    """Mails, newest first, without their sources; `search` in who, to whom, subject and text."""
    mails = MailboxMessage.objects.defer("source", "text")
    for word in search.split():
        mails = mails.filter(
            Q(recipient__icontains=word)
            | Q(sender__icontains=word)
            | Q(subject__icontains=word)
            | Q(text__icontains=word)
        )
    return mails
