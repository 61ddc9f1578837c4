"""Evidence that may be kept and shown: answers shortened, secrets and addresses masked."""

import re
from typing import Any

from foundation.outbound.redaction import HIDDEN, redact

ANSWER_LENGTH = 300
_NAMES = r"password|passwd|secret|token|authorization|cookie|signature|credential|api.?key|private.?key"
_secret_name = re.compile(_NAMES, re.IGNORECASE)
_named_secret = re.compile(rf"((?:{_NAMES})[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',&)]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """An answer on one line, without secrets and addresses, short enough to keep."""
    line = _named_secret.sub(rf"\1{HIDDEN}", " ".join(text.replace("\0", "").split()))
    line = redact(line)
    return line if len(line) <= ANSWER_LENGTH else line[: ANSWER_LENGTH - 1] + "…"


def masked(value: Any) -> Any:
    """A copy of a payload in which every value whose name speaks of a secret is hidden, at any depth."""
    if isinstance(value, dict):
        return {name: HIDDEN if _secret_name.search(name) else masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value
