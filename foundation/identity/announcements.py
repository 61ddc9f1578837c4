"""Passes on what Django and allauth tell about people's access, for the audit trail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal
from django.http import HttpRequest

from foundation.identity.events import announce
from foundation.identity.known_devices import remember_device
from foundation.identity.models import User
from foundation.identity.sessions import session_begin

KINDS: list[tuple[Signal, str]] = [
    (user_logged_in, "sign_in.done"),
    (user_logged_out, "sign_out.done"),
    (account_signals.password_changed, "password.changed"),
    (account_signals.password_set, "password.set"),
    (account_signals.password_reset, "password.reset"),
    (mfa_signals.authenticator_added, "second_factor.added"),
    (mfa_signals.authenticator_removed, "second_factor.removed"),
    (mfa_signals.authenticator_reset, "second_factor.reset"),
    (mfa_signals.authentication_failed, "second_factor.refused"),
]


def connect() -> None:
    """Listen to all of them; called once by `IdentityConfig.ready()`."""
    user_logged_in.connect(session_begin, dispatch_uid="identity.session_begin")
    account_signals.password_reset.connect(_known_by_mail, dispatch_uid="identity.known_by_mail")
    for signal, kind in KINDS:
        signal.connect(_passing_on(kind), weak=False, dispatch_uid=f"identity.announce.{kind}")


def _passing_on(kind: str) -> Any:
    def pass_on(sender: object, user: User | None = None, authenticator: Any = None, **_kwargs: Any) -> None:
        detail = {"second_factor": authenticator.type} if authenticator is not None else {}
        announce(kind, actor=user, subject=user, detail=detail)

    return pass_on


def _known_by_mail(sender: object, request: HttpRequest, user: User, **_kwargs: Any) -> None:
    """Whoever set a password by the mailed link is the account's owner, whatever others tried meanwhile."""
    remember_device(request, user)
