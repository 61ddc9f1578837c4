"""Secrets at rest: encrypted with a key list of their own, so that rotating SECRET_KEY loses nothing.

HUB_FIELD_KEYS is a list, newest first: the first key writes, all of them read. To change keys: put a new one in front,
restart, run `manage.py rotate_field_keys`, take the old one out. A value that none of the keys opens is never handed
out as it stands (it would be sent to the other side as if it were the secret): reading it raises UnreadableSecretError.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _


class UnreadableSecretError(Exception):
    """A stored secret was written with a key that is no longer in HUB_FIELD_KEYS."""

    def __init__(self) -> None:
        super().__init__(_("This secret cannot be read with the current keys: enter it again or restore the old key."))


def encrypt(text: str) -> str:
    """Return `text` encrypted with the newest key."""
    return _keys().encrypt(text.encode()).decode("ascii")


def decrypt(cipher_text: str) -> str:
    """Return what was encrypted, or raise UnreadableSecretError."""
    try:
        return _keys().decrypt(cipher_text.encode()).decode()
    except InvalidToken:
        raise UnreadableSecretError from None


def reencrypt(cipher_text: str) -> str:
    """Return the same secret encrypted with the newest key, or raise UnreadableSecretError."""
    try:
        return _keys().rotate(cipher_text.encode()).decode("ascii")
    except InvalidToken:
        raise UnreadableSecretError from None


def _keys() -> MultiFernet:
    return _derived(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _derived(keys: tuple[str, ...]) -> MultiFernet:
    # The settings hold words of any form; Fernet wants 32 bytes. The keys are long and random, so no slow hash.
    return MultiFernet([Fernet(_derive(key)) for key in keys])


def _derive(key: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"integration-hub field")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))


class CipherText:
    """A secret as the database holds it; `values()` and the like hand out this instead of the secret."""

    def __init__(self, stored: str) -> None:
        self.stored = stored

    def open(self) -> str:
        """Return the secret."""
        return decrypt(self.stored)

    def __repr__(self) -> str:
        return "[encrypted]"


class _Opening(DeferredAttribute):
    """Decrypts when the attribute is read, not when the row is loaded: a list page touches no secret."""

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        return value.open() if isinstance(value, CipherText) else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that is encrypted in the database and never shown: not in forms, fixtures, or by `values()`.

    In a form it is a password box that comes up empty; leaving it empty keeps what is stored.
    """

    descriptor_class = _Opening

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> CipherText | str | None:
        """Keep what the database sent closed until somebody reads the attribute."""
        return CipherText(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Take the closed value when nobody changed it, so that saving a row does not need its keys."""
        if self.attname in model_instance.__dict__:
            return model_instance.__dict__[self.attname]
        return super().pre_save(model_instance, add)

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way in; blank stays blank, so that "none set" can be asked for."""
        if isinstance(value, CipherText):
            return value.stored
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse comparisons: the same secret is stored differently each time."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it cannot be searched by {lookup_name!r}.")
        return super().get_lookup(lookup_name)

    def value_from_object(self, obj: models.Model) -> Any:
        """Show nothing in forms."""
        return ""

    def value_to_string(self, obj: models.Model) -> str:
        """Write nothing into fixtures."""
        return ""

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        """Keep what is stored when the box was left empty."""
        if data:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs: Any) -> Any:
        """Return a password box."""
        return super().formfield(**{"widget": forms.PasswordInput(attrs={"autocomplete": "off"})} | kwargs)
