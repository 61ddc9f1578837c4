"""What the pages of this app have in common: refusals said on the form, links between the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from customers.admin.inlines import RecordInline
from customers.admin.scope import ScopedChoicesMixin
from customers.refusals import refusals
from foundation.changes.records import RecordAdmin, RecordForm

NOTHING = "–"


class CustomersForm(RecordForm):
    """A form that can be told what the database refused, and says it on top of itself."""

    refused: list[str] = []

    def clean(self) -> dict[str, Any] | None:
        """Say what the database refused when this form was saved a moment ago."""
        cleaned = super().clean()
        if self.refused:
            raise forms.ValidationError(self.refused)
        return cleaned


class CustomersAdmin(ScopedChoicesMixin, RecordAdmin):
    """A record of this app: what only the database can refuse comes back as a sentence on the form, nothing lost."""

    form = CustomersForm

    class Media:
        js = ["customers/forms.js"]
        css = {"all": ["customers/forms.css"]}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Draw the form once more where saving it was refused."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refused = refusal.messages  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    # What buttons ask. Unfold looks dotted permissions up in the database while Django checks itself, which a new
    # database has no tables for; a method is asked when the button is drawn.

    def has_add_customer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May make customers."""
        return request.user.has_perm("customers.add_customer")

    def has_view_customer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May look at customers."""
        return request.user.has_perm("customers.view_customer")

    def has_add_contact_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May make contacts."""
        return request.user.has_perm("customers.add_contact")

    def has_change_customersettings_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May change the settings of this app."""
        return request.user.has_perm("customers.change_customersettings")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Hand the refusal to the form."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, "refused", [])  # the class is made anew for each request
        return form

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Leave long lists to pages of their own."""
        inlines = super().get_inline_instances(request, obj)
        return inlines if obj is None else [inline for inline in inlines if not self._is_long(request, inline, obj)]

    def _is_long(self, request: HttpRequest, inline: Any, obj: Any) -> bool:
        known: dict[type[Any], bool] = request.__dict__.setdefault("hub_long_lists", {})
        if type(inline) not in known:
            known[type(inline)] = isinstance(inline, RecordInline) and inline.is_long(request, obj)
        return known[type(inline)]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Say where the long lists are, and which panels the page has."""
        context["long_lists"] = self._long_lists(request, obj) if obj else []
        context["page"] = self.opts.label_lower
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _long_lists(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        inlines: list[Any] = super().get_inline_instances(request, obj)
        return [
            {
                "title": inline.verbose_name_plural or inline.model._meta.verbose_name_plural,
                "count": inline.count(obj),
                "url": changelist_url(inline.model, **{inline.long_list: obj.pk}),
            }
            for inline in inlines
            if self._is_long(request, inline, obj)
        ]

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Save; a refusal goes up to `changeform_view`."""
        with refusals():
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what belongs to the record; a refusal goes up to `changeform_view`."""
        with refusals():
            super().save_related(request, form, formsets, change)


def changelist_url(model: type[Model], **parameters: Any) -> str:
    """Address of a list, filtered."""
    return _page(model, "changelist", parameters)


def add_url(model: type[Model], **presets: Any) -> str:
    """Address of the form for a new record, with values filled in."""
    return _page(model, "add", presets)


def _page(model: type[Model], page: str, query: dict[str, Any]) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")
    return f"{address}?{urlencode(query)}" if query else address


def change_url(record: Model) -> str:
    """Address of a record's form."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


def record_link(record: Model | None) -> SafeString | str:
    """A record's name as a link to it."""
    if record is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', change_url(record), record)


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the person may open the pages of a model."""
    registered = admin.site._registry.get(model)
    return bool(registered and registered.has_view_permission(request))
