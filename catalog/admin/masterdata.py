"""Categories, units, product tax codes and warehouses."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import CatalogAdmin, WithProducts
from catalog.figures import count_text
from catalog.models import Category, Product, ProductTaxCode, StockLevel, Unit, Warehouse
from catalog.selectors.categories import CategoryPath, ProductsBelow
from foundation.transfers.admin import TransferMixin
from foundation.ui.links import changelist_url
from foundation.ui.theme import BooleanRadioFilter, display

DEEPEST_SHOWN = 8


@admin.register(Category)
class CategoryAdmin(TransferMixin, CatalogAdmin):
    """The tree of categories, read from top to bottom."""

    transfer_slug = "categories"
    list_display = ["branch", "code", "products_link"]
    list_display_links = ["branch"]
    list_per_page = 200
    search_fields = ["name", "code"]
    autocomplete_fields = ["parent"]
    fields = ["name", "code", "parent"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Categories with their way down and their products."""
        return super().get_queryset(request).annotate(path=CategoryPath(F("pk")), product_count=ProductsBelow(F("pk")))

    def get_ordering(self, request: HttpRequest) -> Any:
        """As the tree is read."""
        return [CategoryPath(F("pk")).asc(), "pk"]

    @display(description=_("Category"))
    def branch(self, category: Any) -> SafeString:
        """The name, moved right by its depth."""
        depth = min(len(category.path) - 1, DEEPEST_SHOWN)
        return format_html('<span class="hub-branch hub-depth-{}">{}</span>', depth, category.name)

    @display(description=_("Products"))
    def products_link(self, category: Any) -> SafeString:
        """Products in it and below it, leading to their list."""
        url = changelist_url(Product, branch=category.pk)
        return format_html('<a href="{}">{}</a>', url, count_text(category.product_count))


@admin.register(Unit)
class UnitAdmin(WithProducts, TransferMixin, CatalogAdmin):
    """Units."""

    transfer_slug = "units"
    product_field, product_filter = "unit", "unit__id__exact"
    list_display = ["code", "name", "plural", "products_link"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "plural"]


@admin.register(ProductTaxCode)
class ProductTaxCodeAdmin(WithProducts, TransferMixin, CatalogAdmin):
    """Tax codes of products."""

    transfer_slug = "product-tax-codes"
    product_field, product_filter = "tax_code", "tax_code__id__exact"
    list_display = ["code", "description", "products_link"]
    search_fields = ["code", "description"]
    fields = ["code", "description"]


@admin.register(Warehouse)
class WarehouseAdmin(TransferMixin, CatalogAdmin):
    """Warehouses with what lies in them."""

    transfer_slug = "warehouses"
    list_display = ["code", "name", "country", "is_active", "kept", "short"]
    list_filter = [("is_active", BooleanRadioFilter)]
    search_fields = ["code", "name"]
    fields = ["code", "name", "country", "is_active"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Warehouses with their figures."""
        levels = StockLevel.objects.filter(warehouse=OuterRef("pk")).order_by()
        kept, short = _products(levels.exclude(quantity=0)), _products(levels.filter(quantity__lt=0))
        return super().get_queryset(request).annotate(kept_count=kept, short_count=short)

    @display(description=_("Products"))
    def kept(self, warehouse: Any) -> SafeString:
        """Products that lie there."""
        return _link(changelist_url(Product, warehouse=warehouse.pk), warehouse.kept_count)

    @display(description=_("Below zero"))
    def short(self, warehouse: Any) -> SafeString | None:
        """Products of which less than nothing lies there."""
        url = changelist_url(StockLevel, warehouse__id__exact=warehouse.pk, state="below_zero")
        return _link(url, warehouse.short_count) if warehouse.short_count else None


def _products(levels: QuerySet[StockLevel]) -> Coalesce:
    number = levels.values("warehouse").annotate(n=Count("product", distinct=True)).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def _link(url: str, number: int) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, number)
