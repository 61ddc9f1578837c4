"""What this app puts on the dashboard: finding a product, adding one, and what runs low."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.ui.dashboard import Area, Card, QuickLink, SearchBox, register_card, register_link, register_search
from foundation.ui.links import changelist_url

COUNTED = 10_000  # what needs a person is counted up to here: more is more than anybody works off in a day


def register() -> None:
    """Put everything in its place."""
    may_view, may_add = "catalog.view_product", "catalog.add_product"
    register_search(SearchBox(_("Find a product"), "admin:catalog_product_changelist", may_view, order=110))
    register_link(QuickLink(_("New product"), "admin:catalog_product_add", may_add, "add", 30))
    register_card(Card("catalogue", _("Catalogue"), 20, "catalog/card.html", context=figures, area=Area.OVERVIEW))


def figures(request: HttpRequest) -> dict[str, Any] | None:
    """How many products there are, run low, lie below zero; nothing while there are none."""
    from catalog.models import Product
    from catalog.selectors.stock import below_zero, low

    if not request.user.has_perm("catalog.view_product") or not Product.objects.exists():
        return None
    rows = Product.objects.all()
    short, running_low = _counted(below_zero(rows)), _counted(low(rows))
    return {
        "figures": [
            (_("Products"), _counted(rows), "", changelist_url(Product)),
            (_("Low stock"), running_low, "warning" if running_low else "", changelist_url(Product, stock="low")),
            (_("Below zero"), short, "bad" if short else "", changelist_url(Product, stock="below_zero")),
        ]
    }


def _counted(rows: Any) -> int:
    return int(rows.order_by().values("pk")[:COUNTED].count())
