"""System checks of this app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from foundation.outbound.addresses import parse_allowed

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


@register(Tags.security)
def check_outbound_networks(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a network nobody can read: what it was to open would stay closed without a word."""
    sentence = "HUB_OUTBOUND_NETWORKS: “%s” is no network such as 10.1.0.0/16 or 127.0.0.1:8091."
    return [Error(sentence % text, id="outbound.E003") for text in settings.OUTBOUND_NETWORKS if not _is_network(text)]


@register(Tags.security)
def check_authorities(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a file of authorities that cannot be read."""
    from foundation.outbound.transport import certificates

    try:
        certificates()
    except OSError:
        sentence = f"HUB_OUTBOUND_CA_FILE: {settings.OUTBOUND_CA_FILE} cannot be read as certificates (PEM)."
        return [Error(sentence, id="outbound.E004")]
    return []


def _is_network(text: str) -> bool:
    try:
        parse_allowed(text)
    except ValueError:
        return False
    return True
