"""Price lists in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from catalog.models import PriceList
from foundation.changes.records import RecordAdmin
from foundation.ui.theme import BooleanRadioFilter, display


@admin.register(PriceList)
class PriceListAdmin(RecordAdmin):
    """Price lists, to be given to customers and groups."""

    list_display = ["name", "currencies_shown", "is_active", "updated_at"]
    list_filter = [("is_active", BooleanRadioFilter)]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    fieldsets = [(None, {"fields": ["name", "currencies", "is_active"]})]

    @display(description=_("Currencies"))
    def currencies_shown(self, price_list: PriceList) -> str:
        """Codes, one beside the other."""
        return ", ".join(price_list.currencies)
