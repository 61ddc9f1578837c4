"""The price lists a customer is given, in their order: own ones, those of the group, general ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import PriceList
from catalog.pricing.rules import Entry, Span, is_active_at
from customers.models import (
    Customer,
    CustomerGroup,
    CustomerPriceList,
    GroupPriceList,
    SystemPriceList,
)
from customers.models.prices import PriceListAssignment


class Level(models.TextChoices):
    """Who a price list is given to."""

    CUSTOMER = "customer", gettext_lazy("Customer")
    GROUP = "group", gettext_lazy("Customer group")
    SYSTEM = "system", gettext_lazy("Everybody")


@dataclass(frozen=True)
class ChainEntry:
    """A price list in a customer's chain, in force or not."""

    level: Level
    price_list: PriceList
    merge_allowed: bool
    schedules: list[Span] = field(default_factory=list)

    def is_active_at(self, moment: datetime) -> bool:
        """Whether it gives prices at a moment."""
        return self.price_list.is_active and is_active_at(self.schedules, moment)

    def why_not(self, moment: datetime) -> str:
        """Why it gives no prices at a moment; blank where it does."""
        if not self.price_list.is_active:
            return _("The list is switched off.")
        return "" if self.is_active_at(moment) else _("Not in one of its schedules.")

    @property
    def entry(self) -> Entry:
        """As the rules know it."""
        return Entry(self.price_list.pk, self.merge_allowed)


def levels_of(customer: Customer) -> list[Level]:
    """The levels whose lists a customer is given; the parent company plays no part."""
    if customer.price_fallback == Customer.PriceFallback.CUSTOMER_ONLY:
        return [Level.CUSTOMER]
    if customer.group is None:
        return [Level.CUSTOMER, Level.SYSTEM]
    if customer.group.price_fallback == CustomerGroup.PriceFallback.GROUP_ONLY:
        return [Level.CUSTOMER, Level.GROUP]
    return list(Level)


def chain_of(customer: Customer) -> list[ChainEntry]:
    """Return the chain of a customer with all its lists, also those that give no prices now."""
    rows: dict[Level, models.QuerySet[Any]] = {
        Level.CUSTOMER: CustomerPriceList.objects.filter(customer=customer),
        Level.GROUP: GroupPriceList.objects.filter(group=customer.group_id),
        Level.SYSTEM: SystemPriceList.objects.all(),
    }
    return [entry_of(level, row) for level in levels_of(customer) for row in _loaded(rows[level])]


def chain_of_group(group: CustomerGroup) -> list[ChainEntry]:
    """Return what a group gives to customers without lists of their own: its lists, then the general ones."""
    rows: dict[Level, models.QuerySet[Any]] = {Level.GROUP: GroupPriceList.objects.filter(group=group)}
    if group.price_fallback == CustomerGroup.PriceFallback.SYSTEM:
        rows[Level.SYSTEM] = SystemPriceList.objects.all()
    return [entry_of(level, row) for level, found in rows.items() for row in _loaded(found)]


def _loaded(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.select_related("price_list").prefetch_related("price_list__schedules").order_by("position", "pk")


def entry_of(level: Level, row: PriceListAssignment) -> ChainEntry:
    """An assigned list with what decides whether it counts."""
    spans = [(span.active_at, span.deactivate_at) for span in row.price_list.schedules.all()]
    return ChainEntry(level, row.price_list, row.merge_allowed, spans)


# The same of one customer at one moment, for the query that finds prices: (place, list, edition, merge), in force only.
CHAIN_SQL = """
    SELECT row_number() OVER (ORDER BY a.level, a.position, a.id) AS place, l.id AS list, l.edition, a.merge
    FROM (
        SELECT 1 AS level, o.position, o.id, o.price_list_id, o.merge_allowed AS merge
        FROM customers_customerpricelist o WHERE o.customer_id = %(customer)s
        UNION ALL
        SELECT 2, o.position, o.id, o.price_list_id, o.merge_allowed FROM customers_customer c
        JOIN customers_grouppricelist o ON o.group_id = c.group_id
        WHERE c.id = %(customer)s AND c.price_fallback = 'group'
        UNION ALL
        SELECT 3, o.position, o.id, o.price_list_id, o.merge_allowed FROM customers_customer c
        LEFT JOIN customers_customergroup g ON g.id = c.group_id CROSS JOIN customers_systempricelist o
        WHERE c.id = %(customer)s AND c.price_fallback = 'group' AND (g.id IS NULL OR g.price_fallback = 'system')
    ) a JOIN catalog_pricelist l ON l.id = a.price_list_id AND l.is_active
    WHERE NOT EXISTS (SELECT 1 FROM catalog_pricelistschedule s WHERE s.price_list_id = l.id) OR EXISTS (
        SELECT 1 FROM catalog_pricelistschedule s WHERE s.price_list_id = l.id
            AND (s.active_at IS NULL OR s.active_at <= %(moment)s)
            AND (s.deactivate_at IS NULL OR s.deactivate_at > %(moment)s)
    )
"""
