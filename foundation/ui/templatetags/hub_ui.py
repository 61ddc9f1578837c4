"""The shared pieces of a page: `{% load hub_ui %}`. The first lines of each piece's template say what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.ui import links, markup
from foundation.ui.panel_lists import PanelList
from foundation.ui.panels import draw_panels

register = template.Library()
register.simple_tag(markup.badge, name="badge")
register.simple_tag(markup.diff, name="diff")
register.filter("shown", markup.shown)
register.filter("record_url", links.record_url)

POLL_SECONDS = 2
FOLD_ABOVE = 3  # crumbs beyond this many are folded into “…”


@register.inclusion_tag("ui/head.html", takes_context=True)
def hub_head(context: Context) -> dict[str, Any]:
    """Style, icons and htmx for the head of a page; Unfold's admin brings an htmx of its own."""
    in_admin, unfold = "available_apps" in context, settings.ADMIN_THEME == "unfold"
    return {"own_htmx": not (in_admin and unfold), "plain_admin": in_admin and not unfold}


@register.inclusion_tag("ui/progress.html")
def progress(done: int | None, total: int | None = None, label: str = "", message: str = "") -> dict[str, Any]:
    """A progress bar with its figures; without a total it only says that something moves."""
    known = bool(total) and done is not None
    percent = min(100, int(100 * done / total)) if known and done is not None and total else None
    return {"done": done, "total": total, "percent": percent, "label": label, "message": message}


@register.simple_tag
def poll(url: str, active: bool = True, seconds: float = POLL_SECONDS) -> SafeString:
    """Attributes that fetch this element anew every two seconds; nothing once the state is final, so that it stops."""
    if not active:
        return SafeString("")
    return format_html('hx-get="{}" hx-trigger="every {}s" hx-swap="outerHTML"', url, f"{seconds:g}")


@register.inclusion_tag("ui/empty.html")
def empty_state(title: str, text: str = "", icon: str = "inbox", url: str = "", action: str = "") -> dict[str, Any]:
    """What stands where there is nothing yet: a sentence, and the thing to do about it."""
    return {"title": title, "text": text, "icon": icon, "url": url, "action": action}


@register.inclusion_tag("ui/counts.html")
def counts(items: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Tiles of label and number; each item is (label, number[, tone[, address]])."""
    names = ("label", "number", "tone", "url")
    return {"items": [dict(zip(names, item, strict=False)) for item in items]}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of our own sprite (`ui/icons.svg`); it adds nothing that the text beside it does not say."""
    return format_html(
        '<svg class="hub-icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name
    )


@register.inclusion_tag("ui/crumbs.html")
def crumbs(parents: Sequence[tuple[Any, str]], current: Any = "") -> dict[str, Any]:
    """The way down to this page; a long one is folded to `list / root / … / parent`, the middle one click away."""
    steps = list(parents or ())
    folded = steps[2:-1] if len(steps) > FOLD_ABOVE else []
    return {
        "before": steps[:2] if folded else steps,
        "folded": folded,
        "after": steps[-1:] if folded else [],
        "current": current,
    }


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], parameter: str = "page", panel: str = "") -> dict[str, Any]:
    """Links through the pages of a list, the other parameters of the address kept.

    With `panel`, the slug of a panel, they turn over that panel alone; without JavaScript the whole page with it.
    """
    request: HttpRequest = context["request"]

    def step(number: int | str) -> tuple[int | str, str]:
        parameters = request.GET.copy()
        parameters[parameter] = str(number)
        return number, f"?{parameters.urlencode()}{anchor}"

    anchor = f"#panel-{panel}" if panel else ""
    elided = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "panel": panel,
        "steps": [step(number) for number in elided],
        "previous": step(page.previous_page_number())[1] if page.has_previous() else "",
        "next": step(page.next_page_number())[1] if page.has_next() else "",
    }


@register.inclusion_tag("ui/panel_search.html")
def panel_search(rows: PanelList, label: str) -> dict[str, Any]:
    """A field that searches the list of a panel, once that is longer than a page."""
    return {"list": rows, "label": label}


@register.inclusion_tag("ui/panels.html", takes_context=True)
def panels(context: Context, page: str, obj: Any, side: bool | None = None) -> dict[str, Any]:
    """All panels registered for this page that have something to show for the record; with `side` those of a column."""
    return {"panels": draw_panels(page, context["request"], obj, side)}


@register.inclusion_tag("ui/ago.html")
def ago(moment: Any) -> dict[str, Any]:
    """How long ago, with the exact time on hover and for machines."""
    return {"moment": moment}
