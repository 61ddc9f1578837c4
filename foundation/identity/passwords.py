"""What a password must be, beyond Django's own validators: long enough, not common, and nothing about its make-up."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class MaximumLengthValidator:
    """Refuse a password of more than `max_length` characters: nobody types it, hashing it costs time."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        """Raise with a sentence when the password is too long."""
        if len(password) > self.max_length:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the rule as people read it."""
        return _("Your password can have at most %(number)d characters.") % {"number": self.max_length}
