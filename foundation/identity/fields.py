"""Field types of this app."""

from typing import Any

from django.db import models


class NormalisedEmailField(models.EmailField):
    """An e-mail address kept in small letters without blanks around it, also by bulk writes and in look-ups."""

    def to_python(self, value: Any) -> Any:
        """Return the address as it will be stored."""
        return _normalised(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        """Return the address as it is stored, for writes and comparisons alike."""
        return _normalised(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Show the caller of `save()` what was stored."""
        value = _normalised(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


def _normalised(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value
