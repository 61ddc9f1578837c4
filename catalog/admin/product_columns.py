"""Columns of the list of products: picture, stock and price at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from catalog.figures import money, plain
from catalog.models import Product
from catalog.selectors.stock import Holding, holdings, is_low
from foundation.ui.markup import badge
from foundation.ui.theme import display

NAMED = 2  # warehouses named in a row before it says how many there are
STATUS = {"enabled": "success", "disabled": "warning"}
INVENTORY = {"in_stock": "success", "out_of_stock": "danger", "discontinued": "warning"}


def stock_marks(product: Product, total: Decimal, found: list[Holding]) -> list[SafeString]:
    """What a person should notice about the stock of a product."""
    marks = [badge(_("below zero"), "bad")] if any(one.is_below_zero for one in found) else []
    return [*marks, badge(_("low"), "warning")] if is_low(product, total) else marks


class ProductColumns:
    """For the ModelAdmin of products; the list fetches levels, pictures and prices along."""

    @display(description="")
    def picture(self, product: Any) -> SafeString:
        """The first picture, else the first letter."""
        images = list(product.images.all())
        if not images:
            letter = product.name[:1].upper()
            return format_html('<span class="hub-picture hub-placeholder" aria-hidden="true">{}</span>', letter)
        return format_html(
            '<img class="hub-picture" src="{}" alt="" loading="lazy" referrerpolicy="no-referrer">', images[0].url
        )

    @display(description=gettext_lazy("SKU"), ordering="sku")
    def sku_shown(self, product: Product) -> SafeString | None:
        """The SKU on one line."""
        return format_html('<span class="hub-sku">{}</span>', product.sku) if product.sku else None

    @display(description=gettext_lazy("Status"), ordering="status", label=STATUS)
    def status_shown(self, product: Product) -> tuple[str, str]:
        """Enabled or disabled."""
        return product.status, product.get_status_display()

    @display(description=gettext_lazy("Inventory status"), ordering="inventory_status", label=INVENTORY)
    def inventory_shown(self, product: Product) -> tuple[str, str]:
        """What shops are told."""
        return product.inventory_status, product.get_inventory_status_display()

    @display(description=gettext_lazy("Stock"))
    def stock_shown(self, product: Any) -> SafeString | None:
        """Everything there is in the primary unit, where it lies, and what to notice."""
        found = holdings(product.levels)
        total = sum((one.total for one in found), Decimal(0))
        marks = stock_marks(product, total, found)
        if not found and not marks:
            return None
        return format_html(
            '<span class="hub-glance"><strong>{} {}</strong>{}{}</span>',
            plain(total),
            product.unit.word(total),
            format_html_join("", " {}", ((mark,) for mark in marks)),
            _places(found),
        )

    @display(description=gettext_lazy("Price"))
    def price_shown(self, product: Any) -> SafeString | str | None:
        """The lowest price for everybody; else in how many lists there is one."""
        if prices := [f"{money(one.value)} {one.currency}" for one in product.lowest_prices]:
            return format_html(
                '<span class="hub-glance hub-prices" title="{}">{} <strong>{}</strong><small>{}</small></span>',
                _("The lowest price for everybody in force now"),
                pgettext("before the lowest price", "from"),
                prices[0],
                " · ".join(prices[1 : 1 + NAMED]),
            )
        count = product.list_count
        return (ngettext("in %d list", "in %d lists", count) % count) if count else None


def _places(found: list[Holding]) -> SafeString:
    if len(found) > NAMED:
        return format_html("<small>{}</small>", _("in %d warehouses") % len(found))
    parts = ((one.warehouse.code, plain(one.total)) for one in found)
    return format_html("<small>{}</small>", format_html_join(" · ", "{} {}", parts)) if found else SafeString("")
