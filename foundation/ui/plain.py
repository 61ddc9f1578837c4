"""Django's own admin under the names of `foundation.ui.theme`, with what Unfold has and Django lacks, done plainly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper, wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite, StackedInline, TabularInline
from django.contrib.admin.widgets import AdminTextareaWidget as Textarea
from django.contrib.admin.widgets import AdminTextInputWidget as TextInput
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
from django.contrib.auth.forms import AdminUserCreationForm as UserCreationForm
from django.core.exceptions import PermissionDenied
from django.forms import CheckboxInput, Select
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from import_export.forms import ExportForm, ImportForm, SelectableFieldsExportForm

from foundation.ui.plain_filters import (
    AutocompleteSelectFilter,
    FieldTextFilter,
    RangeDateFilter,
    RangeNumericFilter,
    TextFilter,
)

BooleanRadioFilter = admin.BooleanFieldListFilter
ChoicesDropdownFilter = admin.ChoicesFieldListFilter
RelatedDropdownFilter = admin.RelatedFieldListFilter
DropdownFilter = admin.SimpleListFilter
RadioFilter = admin.SimpleListFilter

AnyCallable = Callable[..., Any]


def action(
    function: AnyCallable | None = None,
    *,
    permissions: Sequence[str] | None = None,
    description: Any = None,
    url_path: str | None = None,
    **looks: Any,
) -> Any:
    """Mark a method as an action: of the selected rows (`actions`), or a button (`actions_list`, `actions_detail`)."""

    def mark(method: AnyCallable) -> AnyCallable:
        @wraps(method)
        def guarded(model_admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not _is_allowed(model_admin, request, permissions):
                raise PermissionDenied
            return method(model_admin, request, *args, **kwargs)

        if permissions is not None:
            guarded.allowed_permissions = permissions  # type: ignore[attr-defined]
        if description is not None:
            guarded.short_description = description  # type: ignore[attr-defined]
        guarded.url_path = url_path or method.__name__  # type: ignore[attr-defined]
        return guarded

    return mark if function is None else mark(function)


def display(function: AnyCallable | None = None, **options: Any) -> Any:
    """Describe a list column as `admin.display` does; `label` and `header`, which only decorate, become plain text."""
    decorated = options.pop("label", None) is not None or options.pop("header", None) is not None
    for unknown in ("image", "dropdown", "header"):
        options.pop(unknown, None)

    def mark(method: AnyCallable) -> AnyCallable:
        @wraps(method)
        def column(*args: Any) -> Any:
            return _as_text(method(*args))

        return admin.display(column if decorated else method, **options)

    return mark if function is None else mark(function)


def _as_text(value: Any) -> Any:
    """Join the parts of a decorated cell; a (state, words) pair of a label shows its words."""
    if isinstance(value, list):
        return " · ".join(str(part) for part in value if isinstance(part, str) and part)
    return value[-1] if isinstance(value, tuple) else value


def _is_allowed(model_admin: Any, request: HttpRequest, permissions: Sequence[str] | None) -> bool:
    return all(
        request.user.has_perm(name) if "." in name else getattr(model_admin, f"has_{name}_permission")(request)
        for name in permissions or ()
    )


def _names(buttons: Sequence[Any]) -> list[str]:
    """Names of all buttons, those of menus included."""
    return [name for button in buttons for name in ([button] if isinstance(button, str) else button["items"])]


class ModelAdmin(admin.ModelAdmin):
    """Django's ModelAdmin with buttons of our own above the list and above the form."""

    actions_list: Sequence[Any] = ()  # names, or {"title", "items"}: a menu, whose items stand side by side here
    actions_detail: Sequence[str] = ()

    def get_urls(self) -> list[URLPattern]:
        """Give every button an address of its own."""
        buttons = [self._button_path(name, "") for name in _names(self.actions_list)]
        buttons += [self._button_path(name, "<path:object_id>/") for name in self.actions_detail]
        return buttons + super().get_urls()

    def _button_path(self, name: str, before: str) -> URLPattern:
        method = getattr(self, name)

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return self.admin_site.admin_view(method)(request, *args, **kwargs)

        url_path = getattr(method, "url_path", name).rstrip("/")
        return path(f"{before}{url_path}/", update_wrapper(view, method), name=self._button_name(name))

    def _button_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _buttons(self, request: HttpRequest, buttons: Sequence[Any], *args: str) -> list[dict[str, Any]]:
        names = _names(buttons)
        allowed = [n for n in names if _is_allowed(self, request, getattr(getattr(self, n), "allowed_permissions", ()))]
        return [
            {
                "path": reverse(f"{self.admin_site.name}:{self._button_name(name)}", args=args),
                "title": getattr(getattr(self, name), "short_description", name),
            }
            for name in allowed
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list with its buttons."""
        extra = {"hub_buttons": self._buttons(request, self.actions_list), **(extra_context or {})}
        return super().changelist_view(request, extra)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form with its buttons."""
        buttons = self._buttons(request, self.actions_detail, object_id) if object_id else []
        return super().changeform_view(request, object_id, form_url, {"hub_buttons": buttons, **(extra_context or {})})


__all__ = [
    "AdminPasswordChangeForm",
    "AdminSite",
    "AutocompleteSelectFilter",
    "BooleanRadioFilter",
    "CheckboxInput",
    "ChoicesDropdownFilter",
    "DropdownFilter",
    "ExportForm",
    "FieldTextFilter",
    "ImportForm",
    "ModelAdmin",
    "RadioFilter",
    "RangeDateFilter",
    "RangeNumericFilter",
    "RelatedDropdownFilter",
    "Select",
    "SelectableFieldsExportForm",
    "StackedInline",
    "TabularInline",
    "TextFilter",
    "TextInput",
    "Textarea",
    "UserChangeForm",
    "UserCreationForm",
    "action",
    "display",
]
