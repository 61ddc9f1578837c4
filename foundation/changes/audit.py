"""Writes down what is no change of a record: sign-ins, refusals, exports, tokens.

The people's app announces what happens to sign-ins and tokens (foundation/identity/events.py); `AppConfig.ready()`
makes `audit` its listener.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import models
from django.http import HttpRequest

from foundation.changes.models import AuditEvent
from foundation.identity.client_address import UNKNOWN, client_address
from foundation.identity.models import User

_address: ContextVar[str | None] = ContextVar("address", default=None)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def audit(
    kind: str,
    *,
    actor: Any = None,
    subject: models.Model | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Add an event such as "export.done": who, about which record, with what; from where is known from the request.

    `detail` holds neither secrets nor e-mail addresses.
    """
    return AuditEvent.objects.create(
        kind=kind,
        actor=actor if isinstance(actor, User) else None,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_key=str(subject.pk) if subject is not None else "",
        detail=one_line(dict(detail or {})),
        address=_address.get(),
        request_id=request_id(),
    )


@contextlib.contextmanager
def coming_from(request: HttpRequest) -> Iterator[None]:
    """Remember the request's network address for the events written inside the block."""
    address = client_address(request)
    token = _address.set(None if address == UNKNOWN else address)
    try:
        yield
    finally:
        _address.reset(token)


def one_line(value: Any) -> Any:
    """Replace control characters, so that no value can pretend to be another line of a log or of a printed list."""
    if isinstance(value, str):
        return _CONTROL.sub(" ", value)
    if isinstance(value, Mapping):
        return {one_line(str(key)): one_line(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [one_line(inner) for inner in value]
    return value


def request_id() -> str:
    """Return the id that the request's log lines carry too, if a request is running."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
