"""One question to VIES, and what its answer means.

https://ec.europa.eu/taxation_customs/vies/#/technical-information
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from customers.models import VatCheck
from foundation.outbound.errors import BrokenAnswerError, OutboundError, StatusError
from foundation.outbound.http import Answer as HttpAnswer
from foundation.outbound.http import Http, Limits

Answer = VatCheck.Answer

# Who takes part; Greece is EL there, and Northern Ireland XI.
COUNTRIES = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU"]
    + ["LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI"]
)
LIMITS = Limits(total=30, read=20, body=100_000)
NOT_TOLD = "---"
NOT_UNDERSTOOD = "INVALID_INPUT"
UNKNOWN = "UNKNOWN"
CODE = re.compile(r"[A-Z][A-Z_]{2,59}")
BLOCKED = frozenset({"VAT_BLOCKED", "IP_BLOCKED", "INVALID_REQUESTER_INFO"})  # asking again makes it worse, not better


@dataclass(frozen=True)
class Told:
    """What came of a question. `may_retry`: nobody said yes or no, and may later."""

    answer: VatCheck.Answer
    trouble: str = ""
    may_retry: bool = False
    retry_after: str = ""
    name: str = ""
    address: str = ""
    reference: str = ""
    stated_at: datetime | None = None


def vies() -> Http:
    """The way to VIES."""
    return Http("VIES", limits=LIMITS)


def ask(http: Http, vat_id: str) -> Told:
    """Ask about a number; never inside a transaction. Whatever happens is an answer, at least “unavailable”."""
    try:
        return _understood(_asked(http, vat_id), vat_id)
    except StatusError as error:
        return _unavailable(f"HTTP {error.status}", may_retry=error.may_retry, retry_after=error.retry_after)
    except OutboundError as error:
        return _unavailable(error.reason, may_retry=error.may_retry)


def _asked(http: Http, vat_id: str) -> HttpAnswer:
    question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
    if own := settings.VAT_REQUESTER:
        question |= {"requesterMemberStateCode": own[:2], "requesterNumber": own[2:]}
    return http.post(f"{settings.VIES_URL}/check-vat-number", json=question, label="check-vat-number")


def _understood(answer: HttpAnswer, vat_id: str) -> Told:
    """Read an answer. An error comes with status 200 or 400, and is never the same as “not registered”."""
    content = _content(answer)
    if codes := _codes(content):
        return _error(codes[0])
    answer.checked()
    is_valid, number = content.get("valid"), f"{content.get('countryCode')}{content.get('vatNumber')}"
    if not isinstance(is_valid, bool) or number != vat_id:
        raise BrokenAnswerError(answer.host)
    name, address = (_text(content, "name")[:500], _text(content, "address")) if is_valid else ("", "")
    return Told(
        Answer.REGISTERED if is_valid else Answer.NOT_REGISTERED,
        name=name,
        address=address,
        reference=_text(content, "requestIdentifier")[:40],
        stated_at=_moment(content),
    )


def _content(answer: HttpAnswer) -> dict[str, Any]:
    try:
        content = answer.json()
    except BrokenAnswerError:
        answer.checked()  # a page of an error in between says more than that it is no JSON
        raise
    if not isinstance(content, dict):
        raise BrokenAnswerError(answer.host)
    return content


def _codes(content: dict[str, Any]) -> list[str]:
    wrapped = content.get("errorWrappers")
    found = [one.get("error") for one in wrapped if isinstance(one, dict)] if isinstance(wrapped, list) else []
    codes = [code if isinstance(code, str) and CODE.fullmatch(code) else UNKNOWN for code in found]
    return codes or ([UNKNOWN] if content.get("actionSucceed") is False else [])


def _error(code: str) -> Told:
    if code == NOT_UNDERSTOOD:
        return Told(Answer.REFUSED, trouble=code)
    return _unavailable(code, may_retry=code not in BLOCKED)


def _unavailable(trouble: str, *, may_retry: bool, retry_after: str = "") -> Told:
    return Told(Answer.UNAVAILABLE, trouble=trouble, may_retry=may_retry, retry_after=retry_after)


def _text(content: dict[str, Any], name: str) -> str:
    """A text, line by line and trimmed; dashes stand for “not told”."""
    value = content.get(name)
    if not isinstance(value, str) or set(value.strip()) <= {"-"}:
        return ""
    clean = value.replace("\0", "").encode(errors="ignore").decode()  # half a character cannot be stored
    lines = (re.sub(r"\s+", " ", line).strip() for line in clean.splitlines())
    return "\n".join(line for line in lines if line)[:2000]


def _moment(content: dict[str, Any]) -> datetime | None:
    value = content.get("requestDate")
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment and timezone.is_naive(moment) else moment
