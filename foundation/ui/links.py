"""Addresses of the admin's own pages, and links to records."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

NOTHING = "–"


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


def opening_page(model: type[Model]) -> str:
    """Name of the page that records of a model open on: what their ModelAdmin says, else the form."""
    page = getattr(admin.site._registry.get(model), "opens_on", "change")
    return f"{model._meta.app_label}_{model._meta.model_name}_{page}"


def record_url(record: Model) -> str:
    """Address of the page a record opens on."""
    return reverse(f"admin:{opening_page(type(record))}", args=[record.pk])


def record_link(record: Model | None) -> SafeString | str:
    """A record's name as a link to it."""
    if record is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', record_url(record), record)


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the person may open the pages of a model."""
    registered = admin.site._registry.get(model)
    return bool(registered and registered.has_view_permission(request))
