"""Price lists, when they give prices, and the prices in force."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from catalog.models import Price, PriceList, PriceListSchedule
from foundation.api.filters import record_filter
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
        key = values["price_list"].pk if "price_list" in values else instance.price_list_id
        instance.edition = PriceList.objects.select_for_update(no_key=True).get(pk=key).edition
        return super()._save(instance, values)


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
        return Price.objects.filter(edition=F("price_list__edition"))


PRICES: dict[str, type[RecordViewSet]] = {
    "price-lists": PriceListViewSet,
    "price-list-schedules": PriceListScheduleViewSet,
    "prices": PriceViewSet,
}
