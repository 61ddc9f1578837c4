"""The sidebar: what one may open, grouped by subject instead of by app. Models nobody placed stand under “More”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Group:
    """One heading of the sidebar, and the models under it: `app.model` and an icon of Material Symbols."""

    title: str | Promise
    models: dict[str, str]


GROUPS = (
    Group(
        _("Customers"),
        {
            "customers.customer": "business",
            "customers.contact": "person",
            "customers.department": "groups",
            "customers.customergroup": "category",
            "customers.account": "account_tree",
            "customers.address": "location_on",
            "customers.paymentterm": "event_upcoming",
            "customers.taxcode": "percent",
            "customers.internalrating": "star",
            "customers.note": "sticky_note_2",
        },
    ),
    Group(_("Prices"), {"catalog.pricelist": "sell"}),
    Group(
        _("Background work"),
        {
            "jobs.job": "work_history",
            "jobs.outboxmessage": "outbox",
            "jobs.workerbeat": "monitor_heart",
            "jobs.jobschedule": "update",
            "django_q.schedule": "schedule",
            "django_q.ormq": "hourglass_top",
            "django_q.success": "task_alt",
            "django_q.failure": "error",
        },
    ),
    Group(
        _("People and access"),
        {
            "identity.user": "manage_accounts",
            "auth.group": "badge",
            "identity.apitoken": "key",
            "changes.auditevent": "policy",
            "changes.changeset": "history",
        },
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for this person: only what they may open."""
    models = _openable_models(request)
    groups = [_group(group.title, [(label, group.models[label]) for label in group.models], models) for group in GROUPS]
    placed = {label for group in GROUPS for label in group.models}
    rest = _group(_("More"), [(label, "database") for label in models if label not in placed], models)
    return [{"items": [_dashboard(), *_pages(request)]}, *(group for group in [*groups, rest] if group["items"])]


def _openable_models(request: HttpRequest) -> dict[str, Any]:
    found = (model for app in admin.site.get_app_list(request) for model in app["models"])
    return {model["model"]._meta.label_lower: model for model in found if model["admin_url"]}


def _group(title: str | Promise, wanted: list[tuple[str, str]], models: dict[str, Any]) -> dict[str, Any]:
    items = [
        {"title": models[label]["name"], "icon": icon, "link": models[label]["admin_url"]}
        for label, icon in wanted
        if label in models
    ]
    return {"title": title, "items": items}


def _dashboard() -> dict[str, Any]:
    home = reverse("admin:index")
    return {"title": _("Dashboard"), "icon": "dashboard", "link": home, "active": lambda request: request.path == home}


def _pages(request: HttpRequest) -> list[dict[str, Any]]:
    """Pages that are no model: where mail goes on a trial installation."""
    if not settings.MAILBOX:
        return []
    try:
        return [{"title": _("Mailbox"), "icon": "mail", "link": reverse("mailbox")}]
    except NoReverseMatch:
        return []
