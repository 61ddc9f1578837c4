"""How long a session lives, and what ends it early."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import F
from django.http import HttpRequest

from foundation.identity.events import announce
from foundation.identity.models import User

STARTED, SEEN = "hub_started_at", "hub_seen_at"
NOTED_EVERY = 60  # seconds; a session row is not written on each request


def session_begin(sender: object, request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Stamp a new session with its start and the person's present rights (user_logged_in)."""
    if request is None or not hasattr(request, "session"):
        return
    user.refresh_from_db(fields=["session_epoch"])  # rights may have changed since the row was read
    request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request.session[STARTED] = request.session[SEEN] = int(time.time())
    request.session.set_expiry(settings.SESSION_IDLE[user.kind])


def session_is_over(session: SessionBase, user: User) -> bool:
    """Say whether the absolute limit is reached; the idle limit ends a session by its expiry."""
    return time.time() - session.get(STARTED, 0) > settings.SESSION_ABSOLUTE[user.kind]


def session_note_activity(request: HttpRequest, user: User) -> None:
    """Push the idle limit out, at most once a minute. A page that refreshes a part of itself is nobody's activity."""
    if request.headers.get("HX-Request") and request.method == "GET":
        return
    now, idle = int(time.time()), settings.SESSION_IDLE[user.kind]
    if now - request.session.get(SEEN, 0) >= NOTED_EVERY or request.session.get_expiry_age() != idle:
        request.session[SEEN] = now
        request.session.set_expiry(idle)


def sessions_end(*, user: User, actor: User | None) -> None:
    """Sign a person out everywhere, at once."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    announce("sessions.ended", actor=actor, subject=user)
