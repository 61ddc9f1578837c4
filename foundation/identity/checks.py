"""System checks of this app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth import get_permission_codename
from django.core.checks import CheckMessage, Warning, register

from foundation.identity.roles import role_names, role_permissions


@register()
def check_roles(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Tell of permissions that a role names and no installed model has: a slip of the pen gives nobody anything."""
    known = {word for model in apps.get_models() for word in _permissions_of(model._meta)}
    return [
        Warning(f"Role {name} names {word}, a permission of no installed model.", id="identity.W001")
        for name in sorted(role_names())
        for word in sorted(role_permissions(name) - known)
    ]


def _permissions_of(meta: Any) -> set[str]:
    codenames = {get_permission_codename(verb, meta) for verb in meta.default_permissions}
    return {f"{meta.app_label}.{codename}" for codename in codenames | {name for name, _ in meta.permissions}}
