"""The settings of prices: one row, so one page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from catalog.admin.base import CatalogAdmin
from catalog.models import PricingSettings

ONLY = 1


@admin.register(PricingSettings)
class PricingSettingsAdmin(CatalogAdmin):
    """How price lists become one, and what holds below the smallest tier."""

    fieldsets = [
        (_("Several price lists"), {"fields": ["strategy"]}),
        (
            _("Less than the smallest tier"),
            {"fields": ["fractions_of_one", "below_tier_decimal", "below_tier_whole"]},
        ),
    ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The form of the one row stands where others have a list."""
        if PricingSettings.objects.filter(pk=ONLY).exists():
            return self.changeform_view(request, str(ONLY), extra_context=extra_context)
        if self.has_add_permission(request):
            return self.changeform_view(request, extra_context=extra_context)
        return super().changelist_view(request, extra_context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Once somebody has saved them, there is nothing to add: the settings are shown."""
        if PricingSettings.objects.filter(pk=ONLY).exists():
            return redirect("admin:catalog_pricingsettings_changelist")
        return super().add_view(request, form_url, extra_context)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Settings are changed, never deleted."""
        return False

    def _key_sent(self, request: HttpRequest) -> int | None:
        """The first save makes the one row."""
        return ONLY if super()._key_sent(request) is not None else None
