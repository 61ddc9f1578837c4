"""Connections below HTTP: only to addresses that were checked, and never longer than a call may take altogether.

A time limit for each read is not enough: a server that sends a byte every few seconds meets it for ever. Each operation
here gets what is left of the whole call's time.
"""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import httpcore

from foundation.outbound.addresses import AddressPolicy

CONNECT_SECONDS = 5.0
WRITE_BYTES = 65_536

_ends_at: ContextVar[float] = ContextVar("outbound_ends_at")


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Have everything in the block end after so many seconds altogether."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left(at_most: float | None = None) -> float:
    """What is left for the next operation; raises when it is nothing."""
    left = _ends_at.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if at_most is None else min(left, at_most)


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections to the addresses that the policy has passed, one after the other until one answers."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to one of the host's addresses; the name is not looked up a second time."""
        addresses = self._policy.checked(host, port, seconds=_connecting(timeout))
        problem: Exception = httpcore.ConnectError()
        for address in addresses:
            try:
                return _Stream(self._plain.connect_tcp(address, port, timeout=_connecting(timeout)))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Nothing leaves through the file system."""
        raise httpcore.UnsupportedProtocol


def _connecting(timeout: float | None) -> float:
    try:
        return seconds_left(timeout)
    except httpcore.ReadTimeout:
        raise httpcore.ConnectTimeout from None  # nothing has left yet


class _Stream(httpcore.NetworkStream):
    """A connection each of whose operations ends with the call."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, seconds_left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send piece by piece: the library would give every piece of a large body the full time again."""
        socket = self._inner.get_extra_info("socket")
        rest = memoryview(buffer)
        try:
            while rest:
                socket.settimeout(seconds_left(timeout))
                rest = rest[socket.send(rest[:WRITE_BYTES]) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError from error

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _connecting(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
