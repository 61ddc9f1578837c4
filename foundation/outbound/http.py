"""The one way to other systems over HTTP. What it holds for every call: docs/adr/0046.

    with Http("VIES") as http:
        answer = http.post(f"{address}/check-vat-number", json={...}, label="check-vat-number").checked()
        answer.json()

One call is one try: who repeats, and when, is decided by a job or the outbox, by `error.may_retry`.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import httpcore
import httpx
import structlog
from django.conf import settings

from foundation.outbound.addresses import AddressPolicy, policy_of_settings
from foundation.outbound.bodies import ACCEPTED, LimitReachedError, UnreadableBodyError, read_body
from foundation.outbound.errors import (
    AddressRefusedError,
    BrokenAnswerError,
    OutboundError,
    RedirectedError,
    StatusError,
    TooLargeError,
)
from foundation.outbound.transport import CheckedTransport, certificates, translated
from foundation.outbound.wire import CONNECT_SECONDS, within

log = structlog.get_logger(__name__)
USER_AGENT = f"IntegrationHub/{settings.VERSION}"
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Limits:
    """How long a call may take and how much it may bring."""

    total: float = 60.0  # seconds, from looking up the name to the last byte
    read: float = 30.0  # seconds between two pieces
    body: int = 10_000_000  # bytes, unpacked


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    host: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def checked(self) -> Self:
        """Return it if it is a success; raise StatusError otherwise."""
        if 200 <= self.status < 300:
            return self
        raise StatusError(self.host, self.status, retry_after=self.headers.get("retry-after", ""))

    def json(self) -> Any:
        """Return what the body says in JSON; BrokenAnswerError if it does not."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise BrokenAnswerError(self.host) from None


class Http:
    """Calls to one other system; close it, or use it as a context, so that its connections end."""

    def __init__(
        self,
        system: str,
        *,
        limits: Limits | None = None,
        policy: AddressPolicy | None = None,
        authorities: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`system`: its name in the log; `authorities`: certificates (PEM) that may sign its own, besides the known."""
        self.calls = 0
        self._system, self._limits = system, limits or Limits()
        self._transport = CheckedTransport(policy or policy_of_settings(), certificates(authorities))
        self._client = httpx.Client(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._limits.read, connect=CONNECT_SECONDS),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": ACCEPTED, **(headers or {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def get(self, url: str, *, label: str = "", **content: Any) -> Answer:
        """Ask."""
        return self.request("GET", url, label=label, **content)

    def post(self, url: str, *, label: str = "", **content: Any) -> Answer:
        """Tell."""
        return self.request("POST", url, label=label, **content)

    def request(self, method: str, url: str, *, label: str = "", **content: Any) -> Answer:
        """Make one call (`params`, `json`, `content`, `data`, `headers` as httpx has them); OutboundError if it fails.

        `label` is what the log calls it: addresses, which may hold a customer's number, are not logged.
        """
        request = self._request(method, url, content)
        with self._logged(request, label) as facts, within(self._limits.total):
            answer = self._answer(request)
            facts |= {"outcome": str(answer.status), "size": len(answer.body)}
        return answer

    @contextlib.contextmanager
    def _logged(self, request: httpx.Request, label: str) -> Iterator[dict[str, Any]]:
        """Count a call and write down how it ended, whichever way."""
        self.calls += 1
        began = time.monotonic()
        facts: dict[str, Any] = {"system": self._system, "call": label, "method": request.method, "outcome": "failed"}
        try:
            yield facts
        except OutboundError as error:
            facts["outcome"] = error.reason
            raise
        finally:
            facts |= {"host": request.url.host, "seconds": round(time.monotonic() - began, 3), "number": self.calls}
            log.info("outbound: called", **facts)

    def _request(self, method: str, url: str, content: dict[str, Any]) -> httpx.Request:
        try:
            request = self._client.build_request(method, url, **content)
        except httpx.InvalidURL:
            raise AddressRefusedError("…") from None  # not repeated: it may be anything
        address = request.url
        if address.scheme not in ("http", "https") or not address.host or address.userinfo:
            raise AddressRefusedError(address.host)  # a password in an address ends in logs
        return request

    def _answer(self, request: httpx.Request) -> Answer:
        host, limit = request.url.host, self._limits.body
        try:
            return self._read(request)
        except LimitReachedError:
            raise TooLargeError(host, limit) from None
        except UnreadableBodyError:
            raise BrokenAnswerError(host) from None
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise translated(error, host) from None
        except httpcore.UnsupportedProtocol:
            raise AddressRefusedError(host) from None

    def _read(self, request: httpx.Request) -> Answer:
        response = self._client.send(request, stream=True)
        try:
            host = request.url.host
            if response.status_code in REDIRECTS:
                raise RedirectedError(host)
            if _announced(response) > self._limits.body:
                raise LimitReachedError
            body = read_body(response.iter_raw(), response.headers.get("content-encoding", ""), self._limits.body)
            return Answer(host, response.status_code, response.headers, body)
        finally:
            response.close()


def _announced(response: httpx.Response) -> int:
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
