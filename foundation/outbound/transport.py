"""httpx on connections of our own: checked addresses, a total time limit, no proxies of the environment."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

import httpcore
import httpx
from django.conf import settings

from foundation.outbound.addresses import AddressPolicy
from foundation.outbound.errors import (
    BrokenAnswerError,
    OutboundError,
    TimedOutError,
    UnreachableError,
    UntrustedError,
)
from foundation.outbound.wire import CheckedBackend

KEPT_SECONDS = 15.0  # an unused connection is closed after so long


def certificates(authorities: str = "") -> ssl.SSLContext:
    """Return what certificates are checked against: the known authorities, the deployment's, and these."""
    context = httpx.create_ssl_context(trust_env=False)
    if settings.OUTBOUND_CA_FILE:
        context.load_verify_locations(cafile=settings.OUTBOUND_CA_FILE)
    if authorities:
        context.load_verify_locations(cadata=authorities)
    return context


class CheckedTransport(httpx.BaseTransport):
    """Takes httpx's requests to the pool of connections. What goes wrong there stays httpcore's, see `translated`."""

    def __init__(self, policy: AddressPolicy, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context, network_backend=CheckedBackend(policy), retries=0, keepalive_expiry=KEPT_SECONDS
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the beginning of its answer."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        stream = _Pieces(response.stream)
        return httpx.Response(response.status, headers=response.headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Pieces(httpx.SyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        self._inner.close()


def translated(error: Exception, host: str) -> OutboundError:
    """Say what became of a call in our words, without what the socket knows of addresses and ports."""
    problem = error.__cause__ or error.__context__
    if isinstance(problem, ssl.SSLCertVerificationError):
        return UntrustedError(host, problem.verify_message)
    if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout | httpcore.PoolTimeout):
        return UnreachableError(host)
    return TimedOutError(host) if isinstance(error, httpcore.TimeoutException) else BrokenAnswerError(host)
