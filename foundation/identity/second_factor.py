"""The second factor: an authenticator app or a passkey, with recovery codes beside it."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, QuerySet

from foundation.identity.models import User


class SecondFactorAdapter(DefaultMFAAdapter):
    """How allauth keeps second factors here; the project adds the encryption of their secrets."""

    def get_totp_issuer(self) -> str:
        """Return the name an authenticator app shows."""
        return str(settings.SITE_NAME)

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last one where staff must have one."""
        user = authenticator.user
        return not second_factor_required(user) or _factors(user).exclude(pk=authenticator.pk).exists()


def second_factor_required(user: AbstractBaseUser) -> bool:
    """Say whether this person must have a second factor (HUB_REQUIRE_SECOND_FACTOR, staff)."""
    return bool(settings.REQUIRE_SECOND_FACTOR) and getattr(user, "is_staff", False)


def has_second_factor(user: AbstractBaseUser) -> bool:
    """Say whether this person is asked for more than a password; recovery codes alone do not count."""
    return _factors(user).exists()


def with_second_factor(users: QuerySet[User]) -> QuerySet[User]:
    """Annotate users with `second_factor`, true or false."""
    return users.annotate(second_factor=Exists(_factors(OuterRef("pk"))))


def second_factor_remove(*, user: User) -> int:
    """Take all second factors of a person away, who has lost them; returns how many there were."""
    deleted, _ = Authenticator.objects.filter(user=user).delete()
    return deleted


def _factors(user: Any) -> QuerySet[Any]:
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
