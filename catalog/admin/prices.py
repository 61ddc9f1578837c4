"""Prices of all lists, to look at; they are worked on in their list, and move by file from here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from catalog.models import Price
from foundation.changes.records import RecordAdmin
from foundation.transfers.admin import TransferMixin
from foundation.ui.theme import RelatedDropdownFilter


@admin.register(Price)
class PriceAdmin(TransferMixin, RecordAdmin):
    """Prices in force."""

    transfer_slug = "prices"
    list_display = ["product", "quantity", "unit", "value", "currency", "price_list"]
    list_filter = [("price_list", RelatedDropdownFilter), "currency"]
    list_select_related = ["product", "unit", "price_list"]
    search_fields = ["product__sku", "product__name"]
    fields = ["price_list", "product", "quantity", "unit", "value", "currency"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what was replaced."""
        return super().get_queryset(request).filter(edition=F("price_list__edition"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Prices are added in their list."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Prices are changed in their list."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Prices are deleted in their list."""
        return False
