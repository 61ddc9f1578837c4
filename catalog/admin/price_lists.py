"""Price lists in the admin."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.admin.base import CatalogAdmin
from catalog.admin.price_pages import PriceListPages, may, prices_url
from catalog.models import PriceList, PriceListSchedule
from catalog.money import validate_currency
from foundation.changes.inlines import TabularFormSet, VersionedInline
from foundation.transfers.admin import TransferMixin
from foundation.ui.theme import BooleanRadioFilter, TabularInline, TextInput, action, display

THEY_MEET = gettext_lazy(
    "Schedules %(one)d and %(other)d are in force at the same time: let one end before the other begins."
)


class ScheduleFormSet(TabularFormSet):
    """The schedules of a list as one: rows that are both new are not yet in the database, which knows the others."""

    def clean(self) -> None:
        """Name the two schedules that meet."""
        super().clean()
        spans = [
            (number, form.cleaned_data.get("active_at"), form.cleaned_data.get("deactivate_at"))
            for number, form in enumerate(self.forms, start=1)
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        for place, (number, start, end) in enumerate(spans):
            for other, other_start, other_end in spans[place + 1 :]:
                if _begins_before(start, other_end) and _begins_before(other_start, end):
                    raise ValidationError(THEY_MEET % {"one": number, "other": other})


def _begins_before(start: Any, end: Any) -> bool:
    return start is None or end is None or start < end


class MomentInput(TextInput):
    """One field for day and time, in which the browser helps."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """The way browsers want it, whatever the language."""
        return value.strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else super().format_value(value)


class CurrenciesField(forms.CharField):
    """Currency codes as people write them one after the other; shown with commas."""

    def __init__(self, *, base_field: Any = None, max_length: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # the rest is what Django hands to a field of its own for arrays

    def prepare_value(self, value: Any) -> Any:
        """Join them."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Take them apart, in capitals."""
        return [code.upper() for code in re.split(r"[\s,;]+", value or "") if code]

    def run_validators(self, value: Any) -> None:
        """Name each that is no currency."""
        for code in value:
            validate_currency(code)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it says something else."""
        return self.to_python(data) != (initial or [])


class ScheduleInline(VersionedInline, TabularInline):
    """When a list gives prices."""

    model = PriceListSchedule
    formset = ScheduleFormSet
    formfield_overrides = {models.DateTimeField: {"form_class": forms.DateTimeField, "widget": MomentInput}}
    fields = ["active_at", "deactivate_at"]
    verbose_name_plural = gettext_lazy("Schedules: without any, the list gives prices whenever it is active")


@admin.register(PriceList)
class PriceListAdmin(TransferMixin, PriceListPages, CatalogAdmin):
    """Price lists, to be given to customers and groups."""

    transfer_slug = "price-lists"
    list_display = ["name", "currencies_shown", "is_active", "prices_link", "updated_at"]
    list_filter = [("is_active", BooleanRadioFilter)]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    fieldsets = [(None, {"fields": ["name", "currencies", "is_active"]})]
    inlines = [ScheduleInline]
    history_children = ("schedules",)
    actions_detail = ["open_prices"]
    formfield_overrides = {ArrayField: {"form_class": CurrenciesField, "widget": TextInput}}

    @display(description=gettext_lazy("Currencies"))
    def currencies_shown(self, price_list: PriceList) -> str:
        """Codes, one beside the other."""
        return ", ".join(price_list.currencies)

    @display(description=gettext_lazy("Prices"))
    def prices_link(self, price_list: PriceList) -> str:
        """The way to the prices."""
        return format_html('<a href="{}">{}</a>', prices_url(price_list), _("Open prices"))

    @action(description=gettext_lazy("Prices"), permissions=["view_price"], url_path="open-prices")
    def open_prices(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the table of prices."""
        return redirect(prices_url(PriceList(pk=int(object_id))))

    def has_view_price_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """May look at prices."""
        return may(request, "view")
