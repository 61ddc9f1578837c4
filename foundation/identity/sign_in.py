"""Sign-in by allauth, made ours: no public sign-up, limits that lock nobody out, links by our own address."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from foundation.identity.client_address import client_address, client_network
from foundation.identity.events import announce
from foundation.identity.known_devices import device_of, remember_device
from foundation.identity.models import User
from foundation.identity.rates import Rate, rate_count, rate_take_back


class SignInAdapter(DefaultAccountAdapter):
    """What sign-in, reset and password pages do here."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Let nobody make an account for themselves: staff do that."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address the limits count by."""
        return client_address(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send staff to the admin, everybody else to their account."""
        is_staff = getattr(request.user, "is_staff", False)
        return resolve_url(settings.LOGIN_REDIRECT_URL if is_staff else "account_overview")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to the account page after a change of password."""
        return reverse("account_overview")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link that is mailed: by HUB_BASE_URL, not by the Host header of whoever asked."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.BASE_URL.rstrip("/") + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our own mails; also without a request (a command, a job)."""
        ours = {"hub_name": settings.SITE_NAME, "hub_address": settings.BASE_URL, "email": email}
        self.render_mail(template_prefix, email, {**ours, **context}).send()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this try; refuse it when there were too many wrong ones."""
        tries = Tries(request, str(credentials.get("email", "")).lower())
        if tries.are_too_many:
            self._announce_refusal(credentials, reason="too many tries")
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage = tries  # allauth takes it back when the password is right

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Have the refusal written down."""
        self._announce_refusal(credentials, reason="wrong password or address")

    def _announce_refusal(self, credentials: dict[str, Any], *, reason: str) -> None:
        # The address typed in is not kept: it may be a password in the wrong box.
        user = User.objects.filter(email=str(credentials.get("email", ""))).first()
        announce("sign_in.refused", actor=None, subject=user, detail={"reason": reason})

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Say whether this is the signed-in person's password."""
        found = self.authenticate(context.request, email=getattr(user, "email", ""), password=password)
        return found is not None and found.pk == user.pk

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Mark the browser as known once every step of the sign-in is done."""
        if isinstance(user, User):
            remember_device(request, user)
        return super().post_login(request, user, **kwargs)


class Tries:
    """Wrong passwords so far, counted with this one.

    A browser known to the account has a count of its own. From others the narrow count comes first: one address that
    is refused already does not use up what the account has left.
    """

    def __init__(self, request: HttpRequest, email: str) -> None:
        self._rates: list[Rate] = []
        self.are_too_many = not all(self._count(kind, caller) for kind, caller in self._counted(request, email))

    @staticmethod
    def _counted(request: HttpRequest, email: str) -> list[tuple[str, str]]:
        if device := device_of(request, email):
            return [("device", f"{device} {email}")]
        network = client_network(request)
        return [("account_and_address", f"{network} {email}"), ("address", network), ("account", email)]

    def _count(self, kind: str, caller: str) -> bool:
        limit, seconds = settings.SIGN_IN_TRIES[kind]
        self._rates.append(rate_count(kind=f"sign_in.{kind}", caller=caller, limit=limit, seconds=seconds))
        return not self._rates[-1].is_exceeded

    def rollback(self) -> None:
        """Take them back: the password was right."""
        for rate in self._rates:
            rate_take_back(rate)
