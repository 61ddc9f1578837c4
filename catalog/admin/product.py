"""Products in the admin: the list, the form, what can be done with several."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet, URLField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.admin.base import CatalogAdmin, PlainFigures
from catalog.admin.booking import StockPages
from catalog.admin.product_columns import ProductColumns
from catalog.admin.product_filters import BranchFilter, StockFilter, WarehouseFilter
from catalog.models import Product, ProductImage, ProductName, ProductUnit
from catalog.selectors.prices import with_list_count, with_lowest_prices
from catalog.selectors.products import found
from catalog.selectors.stock import with_levels
from catalog.services.products import products_set_status
from foundation.changes.inlines import RowForm, TabularFormSet, VersionedInline
from foundation.changes.refused import RefusedForm
from foundation.transfers.admin import TransferMixin
from foundation.ui.links import changelist_url
from foundation.ui.pages import confirm_page, is_confirmed
from foundation.ui.record_page import RecordPage
from foundation.ui.theme import ChoicesDropdownFilter, TabularInline, action

AT_ONCE = 1000  # products an action changes in a request
NAMED = 10  # products a question names before it says “and … more”
PICTURES = {"img-src": ["https:", "http:"]}  # they lie on the company's own web servers
LISTED = ("unit__id__exact", "tax_code__id__exact")  # what other lists link here with


class ProductForm(PlainFigures, RefusedForm):
    """A product."""


class PartForm(PlainFigures, RowForm):
    """A part of a product."""


class PartInline(VersionedInline, TabularInline):
    """A part of a product."""

    form = PartForm
    formset = TabularFormSet


class ProductUnitInline(PartInline):
    """Further units."""

    model = ProductUnit
    autocomplete_fields = ["unit"]
    fields = ["unit", "conversion_rate", "precision", "is_sold"]


class ProductNameInline(PartInline):
    """Names in other languages."""

    model = ProductName
    fields = ["language", "name"]


class ProductImageInline(PartInline):
    """Pictures."""

    model = ProductImage
    fields = ["position", "url"]
    formfield_overrides = {URLField: {"assume_scheme": "https"}}


@admin.register(Product)
@method_decorator(csp_update(PICTURES), name="changelist_view")
class ProductAdmin(RecordPage, ProductColumns, StockPages, TransferMixin, CatalogAdmin):
    """What is sold."""

    form = ProductForm
    transfer_slug = "products"
    list_display = [
        *("picture", "sku_shown", "name", "category", "status_shown", "inventory_shown", "stock_shown", "price_shown"),
    ]
    list_display_links = ["name"]
    list_filter = [
        BranchFilter,
        ("status", ChoicesDropdownFilter),
        ("inventory_status", ChoicesDropdownFilter),
        StockFilter,
        WarehouseFilter,
    ]
    list_select_related = ["category", "unit"]
    search_fields = ["name"]  # the search itself is catalog.selectors.products.found
    search_help_text = gettext_lazy("Part of the name or SKU, or the EAN")
    ordering = ["name", "pk"]
    actions = ["enable", "disable", "export_selected"]
    actions_detail = ["book_stock", "stock_history"]
    autocomplete_fields = ["category", "unit", "tax_code"]
    inlines = [ProductUnitInline, ProductNameInline, ProductImageInline]
    history_children = ("units", "names", "images")
    fieldsets = [
        (
            gettext_lazy("General"),
            {"fields": ["sku", "name", "category", ("status", "inventory_status"), "type"]},
        ),
        (gettext_lazy("Unit and stock"), {"fields": [("unit", "unit_precision"), "low_stock_at"]}),
        (gettext_lazy("Texts"), {"fields": ["short_description", "description"]}),
        (gettext_lazy("Tax and codes"), {"fields": ["ean", ("vat_rate", "tax_code")]}),
        (gettext_lazy("Weight and size"), {"fields": [("weight", "length"), ("width", "height")]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Products; for the list, with what its columns show of others."""
        rows = super().get_queryset(request)
        if request.resolver_match is None or request.resolver_match.url_name != "catalog_product_changelist":
            return rows
        rows = with_lowest_prices(with_list_count(rows), timezone.now())
        return with_levels(rows).prefetch_related("images")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Product], search_term: str
    ) -> tuple[QuerySet[Product], bool]:
        """Find by a part of name, SKU or EAN."""
        return found(queryset, search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Units and tax codes lead here, without a filter of their own."""
        return lookup in LISTED or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @action(description=gettext_lazy("Enable…"), permissions=["change"])
    def enable(self, request: HttpRequest, rows: QuerySet[Product]) -> HttpResponse | None:
        """Sell the selected products."""
        return self._set_status(request, rows, Product.Status.ENABLED, _("Enable products"))

    @action(description=gettext_lazy("Disable…"), permissions=["change"])
    def disable(self, request: HttpRequest, rows: QuerySet[Product]) -> HttpResponse | None:
        """No longer sell the selected products."""
        return self._set_status(request, rows, Product.Status.DISABLED, _("Disable products"))

    def _set_status(
        self, request: HttpRequest, rows: QuerySet[Product], status: Product.Status, title: str
    ) -> HttpResponse | None:
        chosen = dict(rows.prefetch_related(None).values_list("pk", "name")[: AT_ONCE + 1])
        if len(chosen) > AT_ONCE:
            messages.error(request, _("At most %d products can be chosen for this: narrow the selection.") % AT_ONCE)
            return None
        if not is_confirmed(request):
            return _ask(request, chosen, title)
        changed = products_set_status(keys=list(chosen), status=status)
        messages.success(request, ngettext("%d product was changed.", "%d products were changed.", changed) % changed)
        return None


def _ask(request: HttpRequest, chosen: dict[int, str], title: str) -> HttpResponse:
    more, names = len(chosen) - NAMED, list(chosen.values())[:NAMED]
    back = changelist_url(Product)
    return confirm_page(
        request,
        title=title,
        question=ngettext("%d product is chosen.", "%d products are chosen.", len(chosen)) % len(chosen),
        details=[*names, _("… and %d more") % more] if more > 0 else names,
        cancel_url=back,
        parents=[(_("Products"), back)],
        hidden={"action": [request.POST.get("action", "")], ACTION_CHECKBOX_NAME: [str(key) for key in chosen]},
    )
