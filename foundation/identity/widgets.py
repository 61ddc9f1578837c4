"""Choices of roles, permissions and scopes as ticks: everything in sight, on a phone too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

# Tables nobody edits by hand; their permissions would only fill the page.
TECHNICAL_APPS = ("account", "admin", "contenttypes", "mfa", "sessions")
VERBS = {"view": _("View"), "add": _("Add"), "change": _("Change"), "delete": _("Delete")}


class Ticks(forms.CheckboxSelectMultiple):
    """Ticks one below the other."""

    template_name = "identity/ticks.html"


class PermissionTicks(Ticks):
    """Permissions by table, each table one line."""

    template_name = "identity/permission_ticks.html"


class _Grouped(forms.models.ModelChoiceIterator):
    """The choices in groups, one per table."""

    def __iter__(self) -> Any:
        groups: dict[str, list[tuple[Any, Any]]] = {}
        for permission in self.queryset:
            groups.setdefault(_table(permission), []).append((self.field.prepare_value(permission), _verb(permission)))
        return iter(sorted(groups.items()))


class PermissionsField(forms.ModelMultipleChoiceField):
    """Permissions, grouped by the table they are about; a tick reads "View", not "app | table | Can view …"."""

    widget = PermissionTicks
    iterator = _Grouped

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        kept = queryset.exclude(content_type__app_label__in=TECHNICAL_APPS).select_related("content_type")
        order = ("content_type__app_label", "content_type__model", "pk")
        super().__init__(kept.order_by(*order), **{"required": False} | kwargs)


def without_links(field: Any) -> Any:
    """Take the buttons beside a choice away that add or change what is chosen."""
    for name in ("can_add_related", "can_change_related", "can_delete_related", "can_view_related"):
        if field is not None and hasattr(field.widget, name):
            setattr(field.widget, name, False)
    return field


def permissions_by_table(permissions: Iterable[Permission]) -> list[tuple[str, str]]:
    """Return what permissions allow, in words: ("Customers", "View, Add"), one line per table."""
    lines: dict[str, list[str]] = {}
    for permission in permissions:
        lines.setdefault(_table(permission), []).append(str(_verb(permission)))
    return [(table, ", ".join(verbs)) for table, verbs in sorted(lines.items())]


def _table(permission: Permission) -> str:
    model = permission.content_type.model_class()
    words = model._meta.verbose_name_plural if model else permission.content_type.model
    return str(capfirst(words))


def _verb(permission: Permission) -> Any:
    verb, _underscore, model = permission.codename.partition("_")
    if verb in VERBS and model == permission.content_type.model:
        return VERBS[verb]
    return capfirst(permission.name.removeprefix("Can "))
