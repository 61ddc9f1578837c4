"""Takes personal data and secrets out of a traceback before it is logged (reliability rule S7)."""

import re
import traceback

HIDDEN = "[…]"
PATTERNS = (
    re.compile(r"(?<=\)=\()[^\n]*?(?=\))"),  # PostgreSQL: Key (email)=(somebody@example.com) already exists
    re.compile(r"(?<=contains \()[^\n]*(?=\))"),  # PostgreSQL: Failing row contains (…)
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),  # e-mail addresses
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),  # name and password in an address
    re.compile(r"(?i)(?<=bearer )\S+"),
    re.compile(r"""(?i)(?<=(?:word|cret|oken|_key)[=:])['"]?[^\s'",)&]+"""),  # password=…, secret:…, token=…, api_key=…
    re.compile(r"(?<![\w.])\+?\d[\d ()-]{7,}\d"),  # telephone and account numbers
)


def redact(text: str) -> str:
    """Return the text with what could be a secret or a person's data hidden."""
    for pattern in PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def redacted_traceback(error: BaseException) -> str:
    """Return the traceback of an error, redacted."""
    return redact("".join(traceback.format_exception(error)))
