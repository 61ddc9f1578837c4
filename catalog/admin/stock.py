"""Stock in the admin: levels and movements are looked at here and changed by booking alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.figures import plain, signed
from catalog.models import Product, StockLevel, StockMovement
from catalog.selectors import stock
from foundation.jobs.admin.read_only import ReadOnlyAdmin
from foundation.ui.biglist import BigListMixin
from foundation.ui.links import record_link
from foundation.ui.markup import badge
from foundation.ui.theme import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
    display,
)


class LevelStateFilter(DropdownFilter):
    """What a person should look at."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        """The questions."""
        return [("below_zero", _("Below zero")), ("low", _("Low stock")), ("some", _("Something there"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
        """The answer."""
        if self.value() == "below_zero":
            return rows.filter(quantity__lt=0)
        if self.value() == "low":
            return rows.filter(product__in=stock.low(Product.objects.all()).values("pk"))
        return rows.filter(quantity__gt=0) if self.value() == "some" else rows


class StockAdmin(BigListMixin, ReadOnlyAdmin):
    """A list of what happened or followed; nothing of it is edited."""

    list_select_related = ["product", "warehouse", "unit"]
    search_fields = ["product__sku", "product__name"]
    search_help_text = gettext_lazy("SKU or name of the product")

    class Media:
        css = {"all": ["catalog/catalog.css"]}

    @display(description=gettext_lazy("Product"))
    def product_link(self, row: Any) -> SafeString | str:
        """The product, leading to its page."""
        return record_link(row.product)


@admin.register(StockLevel)
class StockLevelAdmin(StockAdmin):
    """How much lies where: the sum of the movements."""

    list_display = ["product_link", "warehouse", "amount", "unit"]
    list_filter = [
        LevelStateFilter,
        ("warehouse", RelatedDropdownFilter),
        ("product", AutocompleteSelectFilter),
    ]
    fields = ["product", "warehouse", "unit", "quantity"]

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """By the keys of product and warehouse: an index holds them in this order."""
        return ["product_id", "warehouse_id", "unit_id"]

    @display(description=gettext_lazy("Quantity"), ordering="quantity")
    def amount(self, level: StockLevel) -> SafeString | str:
        """The quantity; less than nothing is marked."""
        if level.quantity >= 0:
            return plain(level.quantity)
        return format_html("{} {}", plain(level.quantity), badge(_("below zero"), "bad"))


@admin.register(StockMovement)
class StockMovementAdmin(StockAdmin):
    """Every booking, newest first."""

    list_display = ["booked_at", "product_link", "warehouse", "kind", "amount", "unit", "note", "booked_by"]
    list_select_related = ["product", "warehouse", "unit", "booked_by"]
    list_filter = [
        ("kind", ChoicesDropdownFilter),
        ("warehouse", RelatedDropdownFilter),
        ("product", AutocompleteSelectFilter),
        ("booked_by", AutocompleteSelectFilter),
        ("booked_at", RangeDateFilter),
    ]
    search_fields = ["=key", "product__sku", "product__name"]
    search_help_text = gettext_lazy("Key of the booking, SKU or name of the product")
    ordering = ["-pk"]
    fields = ["booked_at", "product", "warehouse", "kind", "quantity", "unit", "note", "key", "booked_by"]

    @display(description=gettext_lazy("Quantity"))
    def amount(self, movement: StockMovement) -> SafeString:
        """What came or left."""
        tone = "good" if movement.quantity > 0 else "warning"
        return format_html('<span class="hub-amount hub-{}">{}</span>', tone, signed(movement.quantity))
