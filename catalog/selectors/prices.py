"""Prices at a glance: what a product costs everybody, and how many lists have it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalog.general import general_lists
from catalog.models import Price, PriceList, PriceListSchedule, Product


def in_force(rows: QuerySet[PriceList], moment: datetime) -> QuerySet[PriceList]:
    """Lists that give prices at a moment: active, and within a schedule where they have any."""
    schedules = PriceListSchedule.objects.filter(price_list=OuterRef("pk"))
    begun, not_over = Q(active_at=None) | Q(active_at__lte=moment), Q(deactivate_at=None) | Q(deactivate_at__gt=moment)
    return rows.filter(~Exists(schedules) | Exists(schedules.filter(begun, not_over)), is_active=True)


def with_lowest_prices(rows: QuerySet[Product], moment: datetime) -> QuerySet[Any]:
    """Fetch along `lowest_prices`: of the primary unit, one per currency, of the lists for everybody in force."""
    lists = in_force(general_lists(), moment)
    prices = Price.objects.filter(price_list__in=lists, edition=F("price_list__edition"), unit=F("product__unit"))
    lowest = prices.order_by("product_id", "currency", "value", "pk").distinct("product_id", "currency")
    return rows.prefetch_related(Prefetch("prices", queryset=lowest, to_attr="lowest_prices"))


def with_list_count(rows: QuerySet[Product]) -> QuerySet[Any]:
    """Annotate `list_count`: in how many price lists a product has a price."""
    prices = Price.objects.filter(product=OuterRef("pk"), edition=F("price_list__edition")).order_by()
    number = prices.values("product").annotate(n=Count("price_list", distinct=True)).values("n")
    return rows.annotate(list_count=Coalesce(Subquery(number, output_field=IntegerField()), 0))
