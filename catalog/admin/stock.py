"""Stock in the admin: levels and movements are looked at here and changed by booking alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.figures import plain, signed
from catalog.models import Product, StockLevel, StockMovement
from catalog.selectors import stock
from foundation.jobs.admin.read_only import ReadOnlyAdmin
from foundation.transfers.admin import TEMPLATE_MENU, TransferMixin
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.templates import csv_template
from foundation.transfers.registry import transfer_by_slug
from foundation.ui.biglist import BigListMixin
from foundation.ui.links import record_link
from foundation.ui.markup import badge
from foundation.ui.theme import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    DropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
    action,
    display,
)

STATUSES = "inventory-statuses"
TEMPLATES: Any = TEMPLATE_MENU | {"items": [*TEMPLATE_MENU["items"], "template_statuses"]}


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
class StockLevelAdmin(TransferMixin, StockAdmin):
    """How much lies where: the sum of the movements."""

    transfer_slug = "inventory"
    actions_list = ["import_button", TEMPLATES, "export_button", "export_statuses"]
    list_display = ["product_link", "warehouse", "amount", "unit"]
    list_filter = [
        LevelStateFilter,
        ("warehouse", RelatedDropdownFilter),
        ("product", AutocompleteSelectFilter),
    ]
    fields = ["product", "warehouse", "unit", "quantity"]

    @action(description=gettext_lazy("Template of statuses"), permissions=["template"], url_path="template-status")
    def template_statuses(self, request: HttpRequest) -> HttpResponse:
        """Download the other template."""
        response = HttpResponse(csv_template(transfer_by_slug(STATUSES)), content_type="text/csv")
        response["Content-Disposition"] = f'attachment; filename="{STATUSES}-template.csv"'
        return response

    @action(description=gettext_lazy("Export statuses"), permissions=["export"], url_path="export-statuses")
    def export_statuses(self, request: HttpRequest) -> HttpResponseBase:
        """Export the status of every product."""
        try:
            return self._start_export(request, Export(transfer_by_slug(STATUSES), self._person(request)))
        except ValidationError as nothing:
            messages.info(request, " ".join(nothing.messages))
            return redirect("admin:catalog_stocklevel_changelist")

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
