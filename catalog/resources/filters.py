"""What an export of prices or stock can be narrowed down to."""

from __future__ import annotations

import django_filters as filters

from catalog.models import Price


class PriceFileFilter(filters.FilterSet):
    """Prices in force: of a list by its name, of a product by its SKU."""

    price_list = filters.CharFilter("price_list__name", "iexact")
    sku = filters.CharFilter("product__sku", "iexact")

    class Meta:
        model = Price
        fields = ("price_list", "sku", "currency")
