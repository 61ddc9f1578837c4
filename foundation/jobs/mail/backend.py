"""Django's EMAIL_BACKEND: whatever anybody sends through Django becomes messages in the outbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from foundation.jobs.mail.services import mail_put_message


class OutboxEmailBackend(BaseEmailBackend):
    """Writes instead of sending: with the caller's transaction the mails come or go."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put the mails into the outbox; those without a recipient do not count."""
        with transaction.atomic():
            return sum(bool(mail_put_message(mail)) for mail in email_messages)
