"""A mail server as a transport, and what its answers mean for the outbox.

Repeating: the only moment in which we cannot know is between the end of the mail and the server's answer (RFC 5321,
6.1). Mail servers themselves repeat then, because a mail twice is better than none, and so do we; the Message-ID stays
the same, by which many receivers drop the second (docs/adr/0021).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from foundation.jobs.mail.transport import Envelope, Transport
from foundation.jobs.outbox.errors import (
    AuthError,
    DeliveryError,
    LimitedError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)
from foundation.jobs.outbox.handlers import Handler, Repeat
from foundation.outbound.mail_server import (
    MailServer,
    MailServerError,
    RefusedError,
    SetupError,
    SilentError,
    Stage,
    hand_over,
)

TOTAL_SECONDS = Handler.deadline.total_seconds() - 5
LONG_WAIT = timedelta(minutes=5)  # greylists and rate limits do not pass in seconds
SIGN_IN_CODES = (530, 534, 535, 538)
# RFC 3463: 4.7.x is policy (greylists, rates); 5.2.3 and 5.3.4 say that this mail is too large.
_limited = re.compile(r"\b4\.7\.\d+\b|gr[ae]ylist|too many|rate limit", re.IGNORECASE)
_too_large = re.compile(r"^552\b|\b5\.(?:2\.3|3\.4)\b")


class SmtpTransport(Transport):
    """Hands each mail to the server in HUB_EMAIL_URL, in a session of its own."""

    repeat = Repeat.KEYED

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.server = MailServer(
            host=config["EMAIL_HOST"],
            port=config["EMAIL_PORT"] or 0,
            user=config["EMAIL_HOST_USER"] or "",
            password=config["EMAIL_HOST_PASSWORD"] or "",
            use_tls=bool(config["EMAIL_USE_SSL"]),
            use_starttls=bool(config["EMAIL_USE_TLS"]),
        )

    def send(self, envelope: Envelope) -> str:
        """Hand the mail over."""
        try:
            return hand_over(self.server, envelope.sender, envelope.recipient, envelope.source, deadline=TOTAL_SECONDS)
        except MailServerError as error:
            raise meaning(error) from None


def meaning(error: MailServerError) -> DeliveryError:
    """What trouble with a mail server means for the message."""
    if isinstance(error, RefusedError):
        return _meaning_of_no(error)
    if isinstance(error, SetupError):
        return AuthError(_("The mail server does not fit HUB_EMAIL_URL: %s") % error)
    if isinstance(error, SilentError):
        return UnknownOutcomeError(_("The mail server did not answer after the mail was sent: %s") % error)
    return TransientError(_("The mail server could not be reached: %s") % error)


def _meaning_of_no(error: RefusedError) -> DeliveryError:
    said = str(error)
    if not 500 <= error.code < 600:
        return LimitedError(said, LONG_WAIT) if _limited.search(said) else TransientError(said)
    is_about_us = error.stage in (Stage.SESSION, Stage.SENDER) and not _too_large.search(said)
    if is_about_us or error.code in SIGN_IN_CODES:
        return AuthError(said)
    return RejectedError(said)
