"""One's own account: who the hub takes one for, and what protects it."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from foundation.identity.forms import OwnNameForm
from foundation.identity.models import User
from foundation.identity.second_factor import second_factor_required
from foundation.identity.sessions import sessions_end


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the account; the name can be changed here, the address by an administrator."""
    user = cast(User, request.user)
    form = OwnNameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name was saved."))
        return redirect("account_overview")
    return render(request, "account/overview.html", {"form": form, **_context(user)})


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions of the person but this one."""
    user = cast(User, request.user)
    sessions_end(user=user, actor=user)
    user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, user)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("account_overview")


def _context(user: User) -> dict[str, Any]:
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return {
        "roles": user.groups.order_by("name"),
        "has_app": Authenticator.Type.TOTP in kinds,
        "keys": kinds.count(Authenticator.Type.WEBAUTHN),
        "second_factor_required": second_factor_required(user),
        "may_have_tokens": user.has_perm("identity.view_apitoken"),
    }
