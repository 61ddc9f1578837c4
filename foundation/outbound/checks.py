"""System checks of this app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

SHORTEST_KEY = 32


@register(Tags.security)
def check_field_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with keys that protect nothing."""
    keys = settings.FIELD_KEYS
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        sentence = f"HUB_FIELD_KEYS needs keys of {SHORTEST_KEY} characters or more, newest first, separated by commas."
        return [Error(sentence, id="outbound.E001")]
    if settings.SECRET_KEY in keys:
        return [Error("HUB_FIELD_KEYS must not repeat HUB_SECRET_KEY: a change would lose both.", id="outbound.E002")]
    return []
