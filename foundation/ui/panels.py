"""Panels: parts of a record's page that other apps add, so that the record's app need not know them.

An app registers in `AppConfig.ready()`:

    register_panel("customers.customer", Panel(
        "orders", _("Orders"), 30, "orders/customer_panel.html", context=orders_of_customer))

and the record's page draws all of them with `{% panels "customers.customer" customer %}` (`{% load hub_ui %}`).
A page in two columns asks for one `side` at a time. A page may also draw one panel alone (`draw_panel`), so that a long
one can be turned over without the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest

from foundation.ui.parts import Context, Drawn, Part, draw, insert

_panels: defaultdict[str, list[Panel]] = defaultdict(list)


@dataclass(frozen=True)
class Panel(Part):
    """One part of a record's page; `context(request, obj)` gives what its template needs, or None to stay away."""

    context: Callable[[HttpRequest, Any], Context]
    side: bool = False  # short facts, beside the long lists where there is room
    always: bool = False  # is there for a new record too: a page that has no other panel counts as empty


def register_panel(page: str, panel: Panel) -> None:
    """Add a panel to a page, named `app.model` after the record it shows."""
    insert(_panels[page], panel)


def unregister_panel(page: str, slug: str) -> None:
    """Take a panel away again (an installation that does without it, a test that ends)."""
    _panels[page] = [panel for panel in _panels[page] if panel.slug != slug]


def draw_panels(page: str, request: HttpRequest, obj: Any, side: bool | None = None) -> list[Drawn]:
    """Render the panels of a page that have something to show for this record, in their order."""
    wanted = (panel for panel in _panels[page] if side is None or panel.side == side)
    drawn = (_draw(panel, request, obj) for panel in wanted)
    return [one for one in drawn if one is not None]


def draw_panel(page: str, slug: str, request: HttpRequest, obj: Any) -> Drawn | None:
    """Render one panel; None where the page has none of this name, or it has nothing to show."""
    panel = next((panel for panel in _panels[page] if panel.slug == slug), None)
    return _draw(panel, request, obj) if panel else None


def _draw(panel: Panel, request: HttpRequest, obj: Any) -> Drawn | None:
    return draw(panel, request, partial(panel.context, request, obj))
