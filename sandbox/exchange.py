"""What a simulated system is asked, and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


class NotUnderstoodError(Exception):
    """The request's body is not what it should be; the text says why."""


@dataclass(frozen=True)
class Request:
    """One call, with the part of the path that follows the system's name."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the body."""
        try:
            content = json.loads(self.body or b"{}")
        except ValueError:
            raise NotUnderstoodError("The body is no JSON.") from None
        if not isinstance(content, dict):
            raise NotUnderstoodError("The body is no JSON object.")
        return content

    @property
    def parts(self) -> list[str]:
        """The path, cut at its slashes."""
        return [part for part in self.path.split("/") if part]


@dataclass(frozen=True)
class Response:
    """An answer, before anything goes wrong with it."""

    status: int = 200
    content: Any = None  # as JSON; bytes as they are
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes to send."""
        if isinstance(self.content, bytes):
            return self.content
        return b"" if self.content is None else json.dumps(self.content, ensure_ascii=False, indent=1).encode()
