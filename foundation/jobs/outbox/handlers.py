"""Handlers: how messages of one kind leave the hub. Apps register theirs in AppConfig.ready()."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from foundation.jobs.outbox.evidence import masked

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Payload = Mapping[str, Any]


class Repeat(enum.Enum):
    """What sending the same message twice does on the other side; each handler declares it."""

    ABSOLUTE = "absolute"  # it sets a state: repeating changes nothing
    KEYED = "keyed"  # the other side recognises our reference and applies it once
    LOOK_UP = "look-up"  # we can ask whether our reference arrived
    NEITHER = "neither"  # an unknown outcome goes to a person


@dataclass(frozen=True)
class Outgoing:
    """What a handler gets to deliver. `reference` never changes: it is the idempotency key."""

    kind: str
    object_key: str
    reference: UUID
    payload: Payload


class Handler(ABC):
    """Delivers messages of one kind. Called outside any transaction, possibly several times per message.

    `send` returns the other side's answer in a few words (shown to staff: no personal data), or raises one of
    `outbox.errors`. It must give up within `deadline`: the lease that keeps others away is made for it.
    """

    kind: ClassVar[str]
    title: ClassVar[StrOrPromise]
    deadline: ClassVar[timedelta] = timedelta(seconds=60)

    @property
    @abstractmethod
    def repeat(self) -> Repeat:
        """What a second delivery does over there; usually a plain class attribute."""

    @abstractmethod
    def send(self, message: Outgoing) -> str:
        """Deliver, using `message.reference` as the stable key, and return the answer."""

    def look_up(self, message: Outgoing) -> str | None:
        """Ask whether our reference arrived: its answer, or None if surely not. Raises as `send` does."""
        raise NotImplementedError(f"{type(self).__name__} declares look-up and must implement it.")

    def shown(self, payload: Payload) -> dict[str, Any]:
        """What staff may see of the content; secrets are masked by name."""
        return masked(dict(payload))

    @property
    def payload_kept_for(self) -> timedelta:
        """How long the content stays after the message is settled; zero empties it at once."""
        return timedelta(days=settings.OUTBOX_EVIDENCE_DAYS)


_handlers: dict[str, Handler] = {}


def register_handler(handler: Handler) -> None:
    """Make a kind known; each kind has one handler."""
    if handler.kind in _handlers:
        raise ImproperlyConfigured(f"The outbox already has a handler for {handler.kind}.")
    _handlers[handler.kind] = handler


def unregister_handler(kind: str) -> None:
    """Forget a kind (tests register theirs for a moment)."""
    del _handlers[kind]


def find_handler(kind: str) -> Handler | None:
    """The handler of this kind; None if the app that had it is not installed any more."""
    return _handlers.get(kind)


def handler_for(kind: str) -> Handler:
    """The handler of this kind, which must be there."""
    handler = find_handler(kind)
    if handler is None:
        raise LookupError(f"No installed app delivers messages of kind “{kind}”.")
    return handler


def handler_kinds() -> list[tuple[str, StrOrPromise]]:
    """Every kind with its title, for filters."""
    return sorted((kind, handler.title) for kind, handler in _handlers.items())
