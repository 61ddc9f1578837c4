"""Tells whoever listens what happened to people's access.

This app knows nobody; the change ledger, which keeps the audit trail, knows it. So the project registers the ledger's
writer here, and what happens without one (in a test of this app alone) is simply not written down.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

Listener = Callable[..., object]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener(kind, actor=…, subject=…, detail=…)` for each event, inside the transaction it belongs to."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(kind: str, *, actor: Model | None, subject: Model | None, detail: Mapping[str, Any] | None = None) -> None:
    """Tell every listener; `detail` never holds a secret."""
    for listener in _listeners:
        listener(kind, actor=actor, subject=subject, detail=dict(detail or {}))
