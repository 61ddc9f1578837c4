"""Stock: levels are read, movements are read and booked."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import models
from catalog.services.stock import RESERVED, Booking, stock_book
from foundation.api.filters import Since, Until, YesOrNo
from foundation.api.problems import ConflictError
from foundation.api.records import RecordViewSet
from foundation.identity.models import User


class StockLevelSerializer(serializers.ModelSerializer[Any]):
    """How much of a product lies in a warehouse, in one of its units."""

    class Meta:
        model = models.StockLevel
        fields = ("id", "product", "warehouse", "unit", "quantity")
        read_only_fields = fields


class StockMovementSerializer(serializers.ModelSerializer[Any]):
    """A booking; it is never changed or deleted."""

    unit = serializers.PrimaryKeyRelatedField(
        queryset=models.Unit.objects.all(), required=False, help_text="Left out: the product's primary unit."
    )

    def validate_key(self, value: str) -> str:
        """Nobody takes the keys by which the hub books what imports and forms bring."""
        if value.startswith(RESERVED):
            prefixes = ", ".join(f"“{prefix}”" for prefix in RESERVED)
            raise serializers.ValidationError(_("A key that begins with %s is the hub's own.") % prefixes)
        return value

    def validate_kind(self, value: str) -> str:
        """What takes something back is booked where that something was booked."""
        if value == models.StockMovement.Kind.REVERSAL:
            raise serializers.ValidationError(_("A reversal comes from taking back an import: book the opposite."))
        return value

    class Meta:
        model = models.StockMovement
        fields = (
            *("id", "product", "warehouse", "unit", "quantity", "kind", "key", "note"),
            *("booked_at", "booked_by"),
        )
        read_only_fields = ("id", "booked_at", "booked_by")
        # The same key is no mistake here: it is the same booking once more.
        extra_kwargs: ClassVar[dict[str, Any]] = {"key": {"validators": []}}


class StockLevelFilter(filters.FilterSet):
    """Stock levels."""

    below_zero = YesOrNo(method="by_below", help_text="true: less than nothing.")

    class Meta:
        model = models.StockLevel
        fields = ("product", "warehouse", "unit")

    def by_below(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Return levels below zero, or the others."""
        return rows.filter(quantity__lt=0) if value else rows.filter(quantity__gte=0)


class StockMovementFilter(filters.FilterSet):
    """Stock movements."""

    booked_since = Since("booked_at")
    booked_before = Until("booked_at")

    class Meta:
        model = models.StockMovement
        fields = ("product", "warehouse", "unit", "kind", "key", "booked_by")


class StockViewSet(RecordViewSet):
    """What is never changed through the API."""

    scope = "products"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them."""
        return self.serializer_class.Meta.model._default_manager.all()  # type: ignore[union-attr]


class StockLevelViewSet(StockViewSet):
    """Stock levels: they follow from movements."""

    serializer_class = StockLevelSerializer
    filterset_class = StockLevelFilter
    ordering_fields = ["id", "quantity"]
    http_method_names = ["get", "head"]


class StockMovementViewSet(StockViewSet):
    """Stock movements. Booking the same key again answers with what was booked the first time."""

    serializer_class = StockMovementSerializer
    filterset_class = StockMovementFilter
    ordering_fields = ["id"]
    http_method_names = ["get", "post", "head"]

    @extend_schema(
        responses={
            201: OpenApiResponse(StockMovementSerializer, "Booked"),
            200: OpenApiResponse(StockMovementSerializer, "Booked before, by the same key"),
            409: OpenApiResponse({"$ref": "#/components/schemas/Problem"}, "The key stands for something else"),
        }
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Book what came (more than zero) or left (less than zero)."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        booked = _book(Booking(**serializer.validated_data), request.user)
        movement = models.StockMovement.objects.get(key=serializer.validated_data["key"])
        code = status.HTTP_201_CREATED if booked else status.HTTP_200_OK
        data = self.get_serializer(movement).data
        return Response(data, status=code, headers=self.get_success_headers(data))


def _book(booking: Booking, user: Any) -> int:
    try:
        return stock_book(bookings=[booking], actor=user if isinstance(user, User) else None)
    except ValidationError as error:
        if getattr(error, "code", "") == "booked_otherwise":
            raise ConflictError(" ".join(error.messages)) from error
        raise


STOCK: dict[str, type[RecordViewSet]] = {
    "stock-levels": StockLevelViewSet,
    "stock-movements": StockMovementViewSet,
}
