"""Roles: groups the hub keeps itself. Apps add permissions to them in `AppConfig.ready()`; post_migrate writes them.

A role's permissions are the registered ones, no more and no less, after each migration: what a person adds to or takes
from a role by hand would be gone with the next upgrade, so the admin shows roles read-only and offers a copy. Groups
that bear no role's name belong to the people who made them and are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, models, router
from django.db.models import Q


class Role(models.TextChoices):
    """The five roles every installation has; the words are the names of the groups."""

    ADMINISTRATOR = "Administrator"
    SALES_OFFICE = "Sales office"
    SALES_REPRESENTATIVE = "Sales representative"
    READ_ONLY = "Read only"
    INTEGRATIONS = "Integrations"


_roles: dict[str, set[str]] = {}


def register_role(name: str, permissions: Iterable[str] = ()) -> None:
    """Add `permissions` ("app.codename") to the role `name`; several apps may add to one role."""
    _roles.setdefault(str(name), set()).update(permissions)


def unregister_role(name: str) -> None:
    """Take a role out again (tests)."""
    _roles.pop(str(name), None)


def role_names() -> frozenset[str]:
    """Return the names of the groups that the hub keeps."""
    return frozenset(_roles)


def role_permissions(name: str) -> frozenset[str]:
    """Return what is registered for a role."""
    return frozenset(_roles[str(name)])


def write_roles(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Any = apps, **_kwargs: Any) -> None:
    """Make and mend the roles' groups: once, after the last app's permissions exist (post_migrate, also by flush)."""
    if sender.label != _last_app_label():
        return
    try:
        group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    except LookupError:  # migrated only so far that there are no groups yet
        return
    if router.allow_migrate_model(using, group_model):
        _write(group_model.objects.using(using), permission_model.objects.using(using))


def _last_app_label() -> str:
    # post_migrate is sent for each app that has models, in the order of INSTALLED_APPS.
    return [config.label for config in apps.get_app_configs() if config.models_module is not None][-1]


def _write(groups: models.QuerySet[Any], permissions: models.QuerySet[Any]) -> None:
    ids = _permission_ids(permissions)
    existing = {group.name: group for group in groups.filter(name__in=_roles).prefetch_related("permissions")}
    for name, wanted in _roles.items():
        group = existing.get(name) or groups.create(name=name)
        # A permission may not exist yet: its app is migrated later, or switched off in this installation.
        wanted_ids = {ids[word] for word in wanted if word in ids}
        if wanted_ids != {permission.pk for permission in group.permissions.all()}:
            group.permissions.set(wanted_ids)


def _permission_ids(permissions: models.QuerySet[Any]) -> dict[str, int]:
    """Return the key of each registered permission that exists, by its word."""
    words = {word for role in _roles.values() for word in role}
    codenames = {word.partition(".")[2] for word in words}
    rows = permissions.filter(Q(codename__in=codenames)).values_list("content_type__app_label", "codename", "pk")
    return {f"{label}.{codename}": pk for label, codename, pk in rows if f"{label}.{codename}" in words}
