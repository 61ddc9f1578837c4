"""Joins two rooms that do not know each other: sign-in's second factor and the encryption of secrets at rest."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from foundation.identity.second_factor import SecondFactorAdapter
from foundation.outbound.encryption import UnreadableSecretError, decrypt, encrypt, reencrypt
from foundation.outbound.rotation import Rotation

# Where allauth keeps what would let a reader of the table sign in; a passkey's row holds its public half only.
SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


class EncryptingSecondFactorAdapter(SecondFactorAdapter):
    """Keeps authenticator secrets encrypted with HUB_FIELD_KEYS."""

    def encrypt(self, text: str) -> str:
        """Return what to store for a secret."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret."""
        return decrypt(encrypted_text)


def rotate_second_factors(rotation: Rotation) -> None:
    """Write the authenticator secrets again with the newest key."""
    with transaction.atomic():
        for authenticator in Authenticator.objects.filter(type__in=SECRETS).select_for_update():
            _rotate(rotation, authenticator, SECRETS[Authenticator.Type(authenticator.type)])


def _rotate(rotation: Rotation, authenticator: Any, name: str) -> None:
    # Recovery codes that were moved in from another system are a list of their own instead of a seed.
    names = [name] if name in authenticator.data else ["migrated_codes"]
    try:
        authenticator.data |= {name: _again(authenticator.data[name]) for name in names}
    except UnreadableSecretError:
        rotation.unreadable.append(f"second factor {authenticator.pk} of user {authenticator.user_id}")
        return
    authenticator.save(update_fields=["data"])
    rotation.written += 1


def _again(value: Any) -> Any:
    return [reencrypt(item) for item in value] if isinstance(value, list) else reencrypt(value)
