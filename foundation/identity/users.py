"""What is done to people's accounts: deactivate, activate, send a link to set a password, take second factors away."""

from __future__ import annotations

from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.identity import second_factor
from foundation.identity.access import is_last_superuser
from foundation.identity.events import announce
from foundation.identity.models import User

WATCHED = ("kind", "is_active", "is_staff", "is_superuser")


def user_deactivate(*, user: User, actor: User) -> User:
    """Shut a person out, at once: sessions end and tokens stop working; their history stays."""
    if user.pk == actor.pk:
        raise ValidationError(_("You cannot deactivate yourself: ask somebody else to."))
    if is_last_superuser(user):
        raise ValidationError(last_superuser_sentence())
    return _set_active(user, actor, active=False)


def user_activate(*, user: User, actor: User) -> User:
    """Let a person in again."""
    return _set_active(user, actor, active=True)


def user_send_password_link(*, user: User, actor: User) -> None:
    """Mail a link by which the person sets a password: single use, one hour."""
    if not user.is_active:
        raise ValidationError(_("%(user)s is deactivated: activate them first.") % {"user": user})
    token = account_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    adapter = get_adapter()
    context = {
        "user": user,
        "password_reset_url": adapter.get_reset_password_from_key_url(f"{user_pk_to_url_str(user)}-{token}"),
        "ask_again_url": settings.BASE_URL.rstrip("/") + reverse("account_reset_password"),
    }
    with transaction.atomic():
        adapter.send_mail("account/email/set_password", user.email, context)
        announce("password.link_sent", actor=actor, subject=user)


def user_remove_second_factor(*, user: User, actor: User) -> int:
    """Take all second factors away from somebody who has lost them, and end their sessions; returns how many."""
    with transaction.atomic():
        removed = second_factor.second_factor_remove(user=user)
        announce("second_factor.removed_by_other", actor=actor, subject=user, detail={"removed": removed})
    return removed


def access_of(user: User) -> dict[str, Any]:
    """Return what decides a person's access, for comparison before and after a change."""
    stored = User.objects.get(pk=user.pk)
    return {name: getattr(stored, name) for name in WATCHED} | {
        "roles": sorted(stored.groups.values_list("name", flat=True)),
        "permissions": sorted(stored.user_permissions.values_list("codename", flat=True)),
    }


def access_announce(*, user: User, actor: User, before: dict[str, Any]) -> None:
    """Have what changed in a person's access written down, old and new."""
    after = access_of(user)
    changed = {name: [before.get(name), after[name]] for name in after if before.get(name) != after[name]}
    if changed:
        announce("access.changed", actor=actor, subject=user, detail=changed)


def last_superuser_sentence() -> str:
    """Return why the last superuser stays."""
    return _("Somebody must remain who may do everything: make another superuser first.")


def _set_active(user: User, actor: User, *, active: bool) -> User:
    with transaction.atomic():
        before = access_of(user)
        user.is_active = active
        user.save(update_fields=["is_active"])
        access_announce(user=user, actor=actor, before=before)
    return user
