"""Price lists, when they give prices, and the prices in force."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from catalog.models import Price, PriceList, PriceListSchedule
from catalog.services.prices import price_list_hold
from foundation.api.filters import record_filter
from foundation.api.problems import StaleVersionError
from foundation.api.records import RecordSerializer, RecordViewSet

STAMPS = ("id", "version", "created_at", "updated_at")


class PriceListSerializer(RecordSerializer):
    """A list of prices, in one or more currencies."""

    class Meta:
        model = PriceList
        fields = (*STAMPS, "name", "currencies", "is_active")
        read_only_fields = STAMPS


class PriceListScheduleSerializer(RecordSerializer):
    """When a list gives prices."""

    class Meta:
        model = PriceListSchedule
        fields = (*STAMPS, "price_list", "active_at", "deactivate_at")
        read_only_fields = STAMPS


class PriceSerializer(RecordSerializer):
    """What one unit costs from a quantity on."""

    class Meta:
        model = Price
        fields = (*STAMPS, "price_list", "product", "unit", "quantity", "currency", "value")
        read_only_fields = STAMPS

    def _save(self, instance: Any, values: dict[str, Any]) -> Any:
        """Write into the edition in force; holding the list, so that it is not swapped meanwhile."""
        if not instance.pk:
            instance.edition = price_list_hold(values["price_list"]).edition
        return super()._save(instance, values)

    def validate_price_list(self, value: PriceList) -> PriceList:
        """A price stays in its list."""
        if self.instance and self.instance.price_list_id != value.pk:
            raise serializers.ValidationError(_("A price stays in its list: delete it here and add it there."))
        return value


class PricesViewSet(RecordViewSet):
    """What everybody who may see prices may see all of."""

    scope = "prices"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them."""
        return self.serializer_class.Meta.model._default_manager.all()  # type: ignore[union-attr]


class PriceListViewSet(PricesViewSet):
    """Price lists."""

    serializer_class = PriceListSerializer
    filterset_class = record_filter(PriceList, "name", "is_active")
    ordering_fields = ["id", "name"]


class PriceListScheduleViewSet(PricesViewSet):
    """Schedules of price lists: a list with some gives prices within them only."""

    serializer_class = PriceListScheduleSerializer
    filterset_class = record_filter(PriceListSchedule, "price_list")


class PriceViewSet(PricesViewSet):
    """Prices in force; former editions of a list are not shown."""

    serializer_class = PriceSerializer
    filterset_class = record_filter(Price, "price_list", "product", "unit", "currency")

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the prices of each list's edition in force."""
        return Price.objects.filter(edition=F("price_list__edition")).select_related("price_list")

    def _lock(self, found: Price) -> None:
        """Hold the list before the price, as imports do: the other way round the two would wait for each other."""
        if price_list_hold(found.price_list).edition != found.edition:
            raise StaleVersionError
        super()._lock(found)


PRICES: dict[str, type[RecordViewSet]] = {
    "price-lists": PriceListViewSet,
    "price-list-schedules": PriceListScheduleViewSet,
    "prices": PriceViewSet,
}
