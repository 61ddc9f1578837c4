"""The catalogue's side of the REST API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet

from catalog.models import PriceList
from foundation.api.records import RecordSerializer, RecordViewSet

STAMPS = ("id", "version", "created_at", "updated_at")


class PriceListSerializer(RecordSerializer):
    """A list of prices, in one or more currencies."""

    class Meta:
        model = PriceList
        fields = (*STAMPS, "name", "currencies", "is_active")
        read_only_fields = STAMPS


class PriceListFilter(FilterSet):
    """Price lists."""

    class Meta:
        model = PriceList
        fields = ("name", "is_active")


class PriceListViewSet(RecordViewSet):
    """Price lists."""

    scope = "prices"
    serializer_class = PriceListSerializer
    filterset_class = PriceListFilter
    ordering_fields = ["id", "name"]

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them."""
        return PriceList.objects.all()


RESOURCES = {"price-lists": PriceListViewSet}
