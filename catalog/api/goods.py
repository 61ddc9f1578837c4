"""Products and what belongs to them, categories, units, tax codes, warehouses."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework import serializers

from catalog import models
from catalog.selectors import stock
from catalog.selectors.categories import keys_below
from catalog.selectors.products import found
from foundation.api.filters import RecordFilter, YesOrNo, record_filter
from foundation.api.records import RecordSerializer, RecordViewSet

STAMPS = ("id", "version", "created_at", "updated_at")


class CategorySerializer(RecordSerializer):
    """A branch of the catalogue."""

    class Meta:
        model = models.Category
        fields = (*STAMPS, "code", "name", "parent")
        read_only_fields = STAMPS


class UnitSerializer(RecordSerializer):
    """What quantities are counted in."""

    class Meta:
        model = models.Unit
        fields = (*STAMPS, "code", "name", "plural")
        read_only_fields = STAMPS


class ProductTaxCodeSerializer(RecordSerializer):
    """How a product is taxed."""

    class Meta:
        model = models.ProductTaxCode
        fields = (*STAMPS, "code", "description")
        read_only_fields = STAMPS


class WarehouseSerializer(RecordSerializer):
    """A place where stock is kept."""

    class Meta:
        model = models.Warehouse
        fields = (*STAMPS, "code", "name", "country", "is_active")
        read_only_fields = STAMPS


class ProductUnitSerializer(RecordSerializer):
    """A further unit of a product."""

    class Meta:
        model = models.ProductUnit
        fields = (*STAMPS, "product", "unit", "precision", "conversion_rate", "is_sold")
        read_only_fields = STAMPS


class ProductNameSerializer(RecordSerializer):
    """A product's name in another language."""

    class Meta:
        model = models.ProductName
        fields = (*STAMPS, "product", "language", "name")
        read_only_fields = STAMPS


class ProductImageSerializer(RecordSerializer):
    """A picture of a product."""

    class Meta:
        model = models.ProductImage
        fields = (*STAMPS, "product", "position", "url")
        read_only_fields = STAMPS


class UnitPartSerializer(serializers.ModelSerializer[Any]):
    """A further unit, as part of its product."""

    class Meta:
        model = models.ProductUnit
        fields = ("id", "unit", "precision", "conversion_rate", "is_sold")


class NamePartSerializer(serializers.ModelSerializer[Any]):
    """A name, as part of its product."""

    class Meta:
        model = models.ProductName
        fields = ("id", "language", "name")


class ImagePartSerializer(serializers.ModelSerializer[Any]):
    """A picture, as part of its product."""

    class Meta:
        model = models.ProductImage
        fields = ("id", "position", "url")


class ProductSerializer(RecordSerializer):
    """Something that is sold. Further units, names and pictures are shown here and written at their own addresses."""

    units = UnitPartSerializer(many=True, read_only=True, help_text="Further units; written at product-units.")
    names = NamePartSerializer(many=True, read_only=True, help_text="In other languages; written at product-names.")
    images = ImagePartSerializer(many=True, read_only=True, help_text="Pictures; written at product-images.")

    class Meta:
        model = models.Product
        fields = (
            *("id", "version", "sku", "name", "short_description", "description", "category", "type", "status"),
            *("inventory_status", "unit", "unit_precision", "units", "names", "images", "ean", "vat_rate", "tax_code"),
            *("weight", "length", "width", "height", "low_stock_at", "created_at", "updated_at"),
        )
        read_only_fields = STAMPS


class ProductFilter(RecordFilter):
    """Products."""

    search = filters.CharFilter(method="by_words", help_text="Parts of name and SKU, beginning of EAN.")
    sku = filters.CharFilter(lookup_expr="iexact")
    name = filters.CharFilter(lookup_expr="iexact")
    category_below = filters.NumberFilter(method="by_branch", help_text="In this category or one below it.")
    low_stock = YesOrNo(method="by_low", help_text="true: has no more than low_stock_at.")
    below_zero = YesOrNo(method="by_below", help_text="true: has less than nothing somewhere.")

    class Meta:
        model = models.Product
        fields = ("ean", "category", "type", "status", "inventory_status", "unit", "tax_code")

    def by_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Return what the words find."""
        return found(rows, value)

    def by_branch(self, rows: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        """Return the products of a branch."""
        key = int(value)
        return rows.filter(category__in=keys_below(key)) if 0 < key < 2**63 else rows.none()

    def by_low(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Return those that run low, or the others."""
        low = stock.low(models.Product.objects.all()).values("pk")
        return rows.filter(pk__in=low) if value else rows.exclude(pk__in=low)

    def by_below(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Return those below zero, or the others."""
        below = stock.below_zero(models.Product.objects.all()).values("pk")
        return rows.filter(pk__in=below) if value else rows.exclude(pk__in=below)


class GoodsViewSet(RecordViewSet):
    """What everybody who may see products may see all of."""

    scope = "products"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them."""
        return self.serializer_class.Meta.model._default_manager.all()  # type: ignore[union-attr]


class ProductViewSet(GoodsViewSet):
    """Products with their further units, names and pictures."""

    serializer_class = ProductSerializer
    filterset_class = ProductFilter
    ordering_fields = ["id", "name", "sku", "created_at", "updated_at"]

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all of them, with their parts."""
        return models.Product.objects.prefetch_related("units", "names", "images")


class CategoryViewSet(GoodsViewSet):
    """Categories, in a tree."""

    serializer_class = CategorySerializer
    filterset_class = record_filter(models.Category, "name", "code", "parent")
    ordering_fields = ["id", "name"]


class UnitViewSet(GoodsViewSet):
    """Units."""

    serializer_class = UnitSerializer
    filterset_class = record_filter(models.Unit, "code")
    ordering_fields = ["id", "code"]


class ProductTaxCodeViewSet(GoodsViewSet):
    """Product tax codes."""

    serializer_class = ProductTaxCodeSerializer
    filterset_class = record_filter(models.ProductTaxCode, "code")
    ordering_fields = ["id", "code"]


class WarehouseViewSet(GoodsViewSet):
    """Warehouses."""

    serializer_class = WarehouseSerializer
    filterset_class = record_filter(models.Warehouse, "code", "country", "is_active")
    ordering_fields = ["id", "code"]


class ProductUnitViewSet(GoodsViewSet):
    """Further units of products."""

    serializer_class = ProductUnitSerializer
    filterset_class = record_filter(models.ProductUnit, "product", "unit", "is_sold")


class ProductNameViewSet(GoodsViewSet):
    """Names of products in other languages."""

    serializer_class = ProductNameSerializer
    filterset_class = record_filter(models.ProductName, "product", "language")


class ProductImageViewSet(GoodsViewSet):
    """Pictures of products."""

    serializer_class = ProductImageSerializer
    filterset_class = record_filter(models.ProductImage, "product")


GOODS: dict[str, type[RecordViewSet]] = {
    "products": ProductViewSet,
    "product-units": ProductUnitViewSet,
    "product-names": ProductNameViewSet,
    "product-images": ProductImageViewSet,
    "categories": CategoryViewSet,
    "units": UnitViewSet,
    "product-tax-codes": ProductTaxCodeViewSet,
    "warehouses": WarehouseViewSet,
}
