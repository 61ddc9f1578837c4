"""Which addresses the hub connects to (reliability rule S8, docs/adr/0046).

Public ones on the ports of HUB_OUTBOUND_PORTS, and what the deployment's HUB_OUTBOUND_NETWORKS adds for systems inside:
a form cannot open the inside network to whoever may fill it in. A name is resolved once, every address it has must
pass, and the connection goes to an address that has passed: a name that changes its mind meanwhile gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from foundation.outbound.errors import AddressRefusedError, UnreachableError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Ways to write or wrap an address of the inside that `is_global` lets through, in some versions of Python at least.
WRAPPED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by customers of a provider
        "192.0.0.0/24",
        "192.88.99.0/24",  # relays of 2002::
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",  # site-local
    )
)


class Allowed(NamedTuple):
    """A network inside that the deployment opens: on one port, or on those of the list."""

    network: Network
    port: int | None = None


def parse_allowed(text: str) -> Allowed:
    """Read `10.1.0.0/16`, `127.0.0.1:8091`, `[fd00::/8]:8443`; ValueError for anything else."""
    try:
        return Allowed(ipaddress.ip_network(text.strip().strip("[]")))
    except ValueError:
        network, _colon, port = text.strip().rpartition(":")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"{text} is no network") from None
        return Allowed(ipaddress.ip_network(network.strip("[]")), int(port))


@dataclass(frozen=True)
class AddressPolicy:
    """Where connections may go."""

    ports: frozenset[int] = frozenset({80, 443, 8080, 8443})
    allowed: tuple[Allowed, ...] = ()

    def permits(self, address: Address, port: int) -> bool:
        """Whether a connection to this address may be made."""
        if address.is_multicast or address.is_unspecified:
            return False
        inside = [entry for entry in self.allowed if address in entry.network]
        if any(entry.port == port for entry in inside):
            return True
        is_public = address.is_global and not any(address in network for network in WRAPPED)
        return port in self.ports and (is_public or any(entry.port is None for entry in inside))

    def checked(self, host: str, port: int, *, seconds: float) -> list[str]:
        """Resolve a host, once, and return its addresses if every one of them may be connected to."""
        found = _resolved(host, port, seconds)
        if not found or not all(self.permits(ipaddress.ip_address(address), port) for address in found):
            raise AddressRefusedError(host)
        return found


def policy_of_settings() -> AddressPolicy:
    """Return what the deployment allows."""
    return _policy(tuple(settings.OUTBOUND_PORTS), tuple(settings.OUTBOUND_NETWORKS))


@lru_cache(maxsize=8)
def _policy(ports: tuple[int, ...], networks: tuple[str, ...]) -> AddressPolicy:
    return AddressPolicy(frozenset(ports), tuple(parse_allowed(network) for network in networks))


def _resolved(host: str, port: int, seconds: float) -> list[str]:
    """Ask the system's resolver, which knows no time limit of its own, from a thread that may be left behind."""
    answer: list[Iterable[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.append(dict.fromkeys(str(entry[4][0]) for entry in entries))
        except (OSError, UnicodeError) as error:
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(max(seconds, 0))
    if not answer or (isinstance(answer[0], socket.gaierror) and answer[0].errno == socket.EAI_AGAIN):
        raise UnreachableError(host)
    return [] if isinstance(answer[0], OSError | UnicodeError) else list(answer[0])
