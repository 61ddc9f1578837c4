"""The sidebar: what one may open, grouped by subject instead of by app. Models nobody placed stand under “More”."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Page:
    """A page of the admin that is no list of a model: its address by name, and what one must be allowed to open it."""

    name: str
    title: str | Promise
    icon: str
    permissions: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """One heading of the sidebar, and the models under it: `app.model` and an icon of Material Symbols."""

    title: str | Promise
    models: dict[str, str] = field(default_factory=dict)
    is_folded: bool = False
    pages: tuple[Page, ...] = ()


GROUPS = (
    Group(
        _("Customers"),
        {
            "customers.customer": "business",
            "customers.contact": "person",
            "customers.address": "location_on",
            "customers.department": "groups",
            "customers.membership": "group_add",
            "customers.customergroup": "category",
            "customers.account": "account_tree",
            "customers.note": "sticky_note_2",
        },
        pages=(
            Page("customers_customer_duplicates", _("Likely duplicates"), "join_inner", ("customers.view_customer",)),
        ),
    ),
    Group(
        _("Catalogue"),
        {
            "catalog.product": "inventory_2",
            "catalog.category": "account_tree",
            "catalog.stocklevel": "shelves",
            "catalog.stockmovement": "swap_vert",
            "catalog.warehouse": "warehouse",
            "catalog.unit": "straighten",
            "catalog.producttaxcode": "receipt_long",
        },
    ),
    Group(
        _("Prices and terms"),
        {
            "catalog.pricelist": "sell",
            "catalog.price": "payments",
            "customers.systempricelist": "public",
            "catalog.pricingsettings": "tune",
            "customers.paymentterm": "event_upcoming",
            "customers.taxcode": "percent",
            "customers.internalrating": "star",
        },
        pages=(
            Page(
                "customers_customer_why_price",
                _("Why this price"),
                "help",
                ("customers.view_customer", "catalog.view_price"),
            ),
        ),
    ),
    Group(
        _("Background work"),
        {
            "transfers.importrun": "upload_file",
            "transfers.importprofile": "rule_settings",
            "jobs.job": "work_history",
            "jobs.jobschedule": "schedule",
            "jobs.outboxmessage": "outbox",
            "jobs.workerbeat": "monitor_heart",
        },
    ),
    Group(
        _("People and access"),
        {
            "identity.user": "manage_accounts",
            "auth.group": "badge",
            "identity.apitoken": "key",
            "mfa.authenticator": "phonelink_lock",
            "changes.auditevent": "policy",
            "changes.changeset": "history",
        },
    ),
    Group(
        _("Queue, from inside"),
        {
            "django_q.ormq": "hourglass_top",
            "django_q.success": "task_alt",
            "django_q.failure": "error",
            "django_q.schedule": "event_repeat",
        },
        is_folded=True,
    ),
)
MORE = Group(_("More"), is_folded=True)


def subjects(request: HttpRequest) -> list[dict[str, Any]]:
    """What this person may open, as (group, models of the admin's app list); empty groups are left out."""
    models = _openable_models(request)
    placed = {label for group in GROUPS for label in group.models}
    rest = [models[label] | {"icon": "database"} for label in models if label not in placed]
    found = [
        {"group": group, "title": group.title, "models": [*_pages_of(group, request), *_placed(group, models)]}
        for group in GROUPS
    ]
    return [one for one in [*found, {"group": MORE, "title": MORE.title, "models": rest}] if one["models"]]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for this person."""
    return [{"items": [_dashboard(), *_pages()]}, *(_entry(subject) for subject in subjects(request))]


def _openable_models(request: HttpRequest) -> dict[str, Any]:
    found = (model for app in admin.site.get_app_list(request) for model in app["models"])
    return {model["model"]._meta.label_lower: model for model in found if model["admin_url"]}


def _placed(group: Group, models: dict[str, Any]) -> list[dict[str, Any]]:
    return [models[label] | {"icon": icon} for label, icon in group.models.items() if label in models]


def _pages_of(group: Group, request: HttpRequest) -> list[dict[str, Any]]:
    """The group's pages as the models beside them are given."""
    return [
        {"name": page.title, "admin_url": reverse(f"admin:{page.name}"), "icon": page.icon}
        for page in group.pages
        if request.user.has_perms(page.permissions)
    ]


def _entry(subject: dict[str, Any]) -> dict[str, Any]:
    items = [
        {
            "title": model["name"],
            "icon": model["icon"],
            "link": model["admin_url"],
            "active": _is_open(model["admin_url"]),
        }
        for model in subject["models"]
    ]
    return {"title": subject["title"], "items": items, "collapsible": subject["group"].is_folded}


def _is_open(address: str) -> Callable[[HttpRequest], bool]:
    """Whether the page that is open lies under an address, and is none that has an entry of its own."""

    def is_open(request: HttpRequest) -> bool:
        own = {reverse(f"admin:{page.name}") for group in GROUPS for page in group.pages}
        return request.path == address or (request.path.startswith(address) and request.path not in own)

    return is_open


def _dashboard() -> dict[str, Any]:
    home = reverse("admin:index")
    return {"title": _("Dashboard"), "icon": "dashboard", "link": home, "active": lambda request: request.path == home}


def _pages() -> list[dict[str, Any]]:
    """Pages that are no model: where mail goes on a trial installation."""
    if not settings.MAILBOX:
        return []
    try:
        return [{"title": _("Mailbox"), "icon": "mail", "link": reverse("mailbox")}]
    except NoReverseMatch:
        return []
