"""What every request passes for the sake of sign-in: session limits, the second factor, headers of private pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from foundation.identity.known_devices import write_cookie
from foundation.identity.models import User
from foundation.identity.second_factor import has_second_factor, second_factor_required
from foundation.identity.sessions import session_is_over, session_note_activity

GetResponse = Callable[[HttpRequest], HttpResponse]

# Where somebody who still owes a second factor may go: to set one up, confirm who they are, or leave.
OPEN_WITHOUT_SECOND_FACTOR = ("account_logout", "account_reauthenticate", "account_overview")
HAS_SECOND_FACTOR = "hub_has_second_factor"


class SessionLimitsMiddleware:
    """Ends sessions at their absolute limit, notes activity, marks known browsers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check before the view, mark the browser after it."""
        if isinstance(request.user, User) and request.user.is_authenticated:
            self._check(request, request.user)
        response = self.get_response(request)
        write_cookie(request, response)
        return response

    @staticmethod
    def _check(request: HttpRequest, user: User) -> None:
        if session_is_over(request.session, user):
            logout(request)
            messages.info(request, _("You were signed in for a long time: please sign in again."))
        else:
            session_note_activity(request, user)


class SecondFactorMiddleware:
    """Sends staff who owe a second factor to set one up before anything else (HUB_REQUIRE_SECOND_FACTOR)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponseBase | None:
        """Let through, or send to the second factor's page; a program gets a plain refusal."""
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in OPEN_WITHOUT_SECOND_FACTOR or (name or "").startswith("mfa_") or not _owes(request):
            return None
        if "text/html" not in request.headers.get("Accept", ""):
            return JsonResponse({"detail": _("Set up a second factor first.")}, status=403)
        messages.warning(request, _("Set up a second factor to go on: it is required here."))
        return redirect("mfa_index")


def _owes(request: HttpRequest) -> bool:
    if not settings.REQUIRE_SECOND_FACTOR or not request.user.is_authenticated:
        return False
    if not second_factor_required(request.user) or request.session.get(HAS_SECOND_FACTOR):
        return False
    if has_second_factor(request.user):
        request.session[HAS_SECOND_FACTOR] = True
        return False
    return True


class PrivatePagesMiddleware:
    """Keeps pages out of caches unless a view says otherwise, and switches off browser features nobody needs here."""

    features = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that are not there yet."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", self.features)
        return response
