"""Our own pages inside the admin: the site's frame, folded breadcrumbs, and one confirmation page for every action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
Crumb = tuple[Text, str]


def hub_page(
    request: HttpRequest,
    template: str,
    *,
    title: Text,
    context: Mapping[str, Any] | None = None,
    parents: Sequence[Crumb] = (),
    status: int = 200,
) -> TemplateResponse:
    """Answer with a page that extends `admin/hub_page.html`; `parents` are the pages above it, highest first."""
    request.current_app = admin.site.name  # Django's own way to tell `{% url %}`
    frame = {**admin.site.each_context(request), "title": title, "parents": parents}
    return TemplateResponse(request, template, {**frame, **(context or {})}, status=status)


def confirm_page(
    request: HttpRequest,
    *,
    title: Text,
    question: Text,
    submit: Text | None = None,
    cancel_url: str,
    details: Sequence[Text] = (),
    counts: Sequence[Sequence[Any]] = (),
    hidden: Mapping[str, Sequence[Any]] | None = None,
    dangerous: bool = False,
    form: Any = None,
    parents: Sequence[Crumb] = (),
) -> TemplateResponse:
    """Ask before doing: what will happen, to how many, with what; the page posts back to its own address.

    `hidden` repeats what the action needs to know (such as the selected rows); the POST carries `confirmed=yes` too.
    """
    context = {
        "question": question,
        "submit": submit or _("Yes, go on"),
        "cancel_url": cancel_url,
        "details": details,
        "counts": counts,
        "hidden": [(name, value) for name, values in (hidden or {}).items() for value in values],
        "dangerous": dangerous,
        "form": form,
    }
    return hub_page(request, "ui/confirm.html", title=title, context=context, parents=parents)


def is_confirmed(request: HttpRequest) -> bool:
    """Tell whether this is the answer of a confirmation page."""
    return request.method == "POST" and request.POST.get("confirmed") == "yes"
