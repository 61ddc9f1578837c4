"""Panels: parts of a record's page that other apps add, so that the record's app need not know them.

An app registers in `AppConfig.ready()`:

    register_panel("customers.customer", Panel(
        "orders", _("Orders"), 30, "orders/customer_panel.html", context=orders_of_customer))

and the record's page draws all of them with `{% panels "customers.customer" customer %}` (`{% load hub_ui %}`).
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


def register_panel(page: str, panel: Panel) -> None:
    """Add a panel to a page, named `app.model` after the record it shows."""
    insert(_panels[page], panel)


def unregister_panel(page: str, slug: str) -> None:
    """Take a panel away again (an installation that does without it, a test that ends)."""
    _panels[page] = [panel for panel in _panels[page] if panel.slug != slug]


def draw_panels(page: str, request: HttpRequest, obj: Any) -> list[Drawn]:
    """Render the panels of a page that have something to show for this record, in their order."""
    drawn = (draw(panel, request, partial(panel.context, request, obj)) for panel in _panels[page])
    return [one for one in drawn if one is not None]
