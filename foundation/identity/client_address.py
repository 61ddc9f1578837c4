"""The address a request really comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the client's address, believing exactly as many proxies as HUB_TRUSTED_PROXIES says.

    Each of our proxies appends the address it saw to X-Forwarded-For, so ours are counted from the right; whatever
    stands further left was written by the client and may be invented.
    """
    trusted: int = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if trusted and len(forwarded) >= trusted and (address := _valid(forwarded[-trusted])):
        return address
    return _valid(request.META.get("REMOTE_ADDR", "")) or UNKNOWN  # unknown: the proxy speaks to us over a socket file


def client_network(request: HttpRequest) -> str:
    """Return what limits count by: the address, or of an IPv6 address the network, which one machine has all of."""
    address = client_address(request)
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ":" in address else address


def _valid(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)
