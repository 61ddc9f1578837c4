"""Misbehaviour to order: which calls it hits, how often, and what happens to them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from sandbox.exchange import NotUnderstoodError, Request

KINDS = {
    "delay": "answers after `seconds`",
    "status": "answers with `status` and nothing done",
    "answer": "answers with the system's own error `error` and nothing done",
    "drop": "hangs up before anything is done",
    "lose": "does what it was asked and hangs up without an answer",
    "empty": "answers 200 with an empty body",
    "html": "answers 200 with a page instead of data",
    "malformed": "answers with the data cut off in the middle",
    "truncate": "announces more than it sends, then hangs up",
    "drip": "sends its answer byte by byte, `seconds` apart",
}
FORMS: dict[str, Any] = {
    "times": int | None,
    "status": int,
    "seconds": int | float,
    "path": str,
    "match": str,
    "error": str,
}


@dataclass(frozen=True)
class Fault:
    """One order to misbehave; without `times` until it is taken back."""

    kind: str
    times: int | None = 1
    path: str = ""  # only calls whose path begins so
    match: str = ""  # only calls with this in their path, query or body
    status: int = 500
    seconds: float = 0.5
    error: str = ""

    @classmethod
    def read(cls, content: dict[str, Any]) -> Self:
        """Make one of what an administrator sent."""
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(content) - known):
            raise NotUnderstoodError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
        if content.get("kind") not in KINDS:
            raise NotUnderstoodError(f"`kind` is one of {', '.join(KINDS)}.")
        fault = cls(**content)
        if not all(isinstance(getattr(fault, name), kind) for name, kind in FORMS.items()):
            raise NotUnderstoodError("`times` and `status` are whole numbers, `seconds` is a number, the rest is text.")
        return fault

    def hits(self, request: Request) -> bool:
        """Whether this call is meant."""
        text = f"{request.path}?{request.query}".encode() + request.body
        return request.path.startswith(self.path) and self.match.encode() in text


class Faults:
    """The orders of one system, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Take an order."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._waiting.clear()

    def shown(self) -> list[dict[str, Any]]:
        """The orders that still stand."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def take(self, request: Request) -> Fault | None:
        """Return the first order this call falls under, and count it."""
        with self._lock:
            fault = next((fault for fault in self._waiting if fault.hits(request)), None)
            if fault is not None and fault.times is not None:
                self._waiting = list(_counted(self._waiting, fault))
            return fault


def _counted(waiting: Iterable[Fault], used: Fault) -> Iterable[Fault]:
    for fault in waiting:
        if fault is not used:
            yield fault
        elif (fault.times or 0) > 1:
            yield replace(fault, times=(fault.times or 0) - 1)
