"""Sign-in by allauth, made ours: no public sign-up, limits that lock nobody out, links by our own address."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import reverse

from foundation.identity.client_address import client_address
from foundation.identity.events import announce
from foundation.identity.known_devices import device_of, remember_device
from foundation.identity.models import User

APP = "allauth.account"


class SignInAdapter(DefaultAccountAdapter):
    """What sign-in, reset and password pages do here; ACCOUNT_RATE_LIMITS holds the numbers."""

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
        self._login_failed_rl_usage = self._count(request, str(credentials.get("email", "")).lower())
        if self._login_failed_rl_usage is None:
            self._announce_refusal(credentials, reason="too many tries")
            raise self.validation_error("too_many_login_attempts")

    def _count(self, request: HttpRequest, email: str) -> ratelimit.RateLimitUsage | None:
        """Return what was counted, to be taken back if the password is right, or None when a limit is reached."""
        if device := device_of(request, email):
            return self._consume(request, "sign_in_device", f"{device}:{email}")
        taken = ratelimit.RateLimitUsage(usage=[])
        # The narrow one first: one address that is refused already must not use up what the account has left.
        for action, key in (
            ("sign_in_account_and_address", f"{client_address(request)}:{email}"),
            ("sign_in_address", None),
            ("sign_in_account", email),
        ):
            usage = self._consume(request, action, key)
            if usage is None:
                return None
            taken.usage.extend(usage.usage)
        return taken

    @staticmethod
    def _consume(request: HttpRequest, action: str, key: str | None) -> ratelimit.RateLimitUsage | None:
        return ratelimit.consume(request, app=APP, action=action, key=key)

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
