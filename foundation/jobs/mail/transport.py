"""What a way of sending mail must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from uuid import UUID

from foundation.jobs.outbox.handlers import Repeat


@dataclass(frozen=True)
class Envelope:
    """One mail for one recipient; what it says is kept out of tracebacks."""

    reference: UUID
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    source: bytes = field(repr=False)


class Transport(ABC):
    """Hands mails over; errors are those of `outbox.errors`."""

    repeat: Repeat

    @abstractmethod
    def send(self, envelope: Envelope) -> str:
        """Hand the mail over and return the answer."""

    def look_up(self, envelope: Envelope) -> str | None:
        """Return the answer if this reference was handed over, None if surely not."""
        raise NotImplementedError
