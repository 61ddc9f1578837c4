"""What can come back from a delivery, as the classes that decide what happens next (docs/outbox.md)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from foundation.jobs.models import OutboxAttempt

Outcome = OutboxAttempt.Outcome


class DeliveryError(Exception):
    """A delivery did not succeed; the text is a sentence for staff, without secrets."""

    outcome: ClassVar[Outcome]
    wait: timedelta | None = None  # what the other side asked us to wait


class TransientError(DeliveryError):
    """Surely not applied, and may work later: no connection, 503, a busy server."""

    outcome = Outcome.TRANSIENT


class LimitedError(DeliveryError):
    """Surely not applied because we called too often; `wait` as asked for (see plan.retry_after)."""

    outcome = Outcome.LIMITED

    def __init__(self, text: str, wait: timedelta | None = None) -> None:
        super().__init__(text)
        self.wait = wait


class RejectedError(DeliveryError):
    """The other side understood and refused this message: somebody must change something."""

    outcome = Outcome.REJECTED


class AuthError(DeliveryError):
    """The other side refused us, whatever the message: credentials, address or settings are wrong."""

    outcome = Outcome.AUTH


class UnknownOutcomeError(DeliveryError):
    """The message left and no answer came: it may have been applied or not."""

    outcome = Outcome.UNKNOWN


@dataclass(frozen=True)
class Result:
    """How one try ended."""

    outcome: Outcome
    answer: str = ""
    wait: timedelta | None = None
    is_uncertain: bool = False  # this try or an earlier one may have arrived without our knowing
    needs_person: bool = False  # repeating could double it
