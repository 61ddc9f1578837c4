"""Browsers that have proved themselves: by a completed sign-in, or by a password set through a mailed link.

Wrong passwords from anywhere are limited per account; a known browser has a counter of its own. So whoever hammers
an account from elsewhere cannot lock its owner out, and an owner without such a browser gets one by resetting the
password.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from foundation.identity.models import User

SALT = "identity.known_device"
KEPT_FOR = 180 * 24 * 3600
MOST_PEOPLE = 10  # who share one browser


def cookie_name() -> str:
    """Return the cookie's name: bound to this host where HTTPS allows it."""
    return "__Host-hub_device" if settings.SESSION_COOKIE_SECURE else "hub_device"


def device_of(request: HttpRequest, email: str) -> str | None:
    """Return the name of the browser if `email` has signed in from it before."""
    known = _read(request)
    return known["device"] if _mark(email) in known["people"] else None


def remember_device(request: HttpRequest, user: User) -> None:
    """Have the answer to this request mark the browser as known to `user`."""
    request.hub_known_user = user  # type: ignore[attr-defined]


def write_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Mark the browser if somebody proved themselves in this request."""
    user = getattr(request, "hub_known_user", None)
    if user is None:
        return
    known = _read(request)
    people = [_mark(user.email), *(mark for mark in known["people"] if mark != _mark(user.email))][:MOST_PEOPLE]
    response.set_cookie(
        cookie_name(),
        signing.dumps({"device": known["device"], "people": people}, salt=SALT),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict:
    try:
        return signing.loads(request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return {"device": secrets.token_urlsafe(12), "people": []}


def _mark(email: str) -> str:
    # Not the address itself: the cookie is signed, not encrypted.
    return signing.Signer(salt=SALT).signature(email.strip().lower())
