"""Filters of the list of products."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import Product, Warehouse
from catalog.selectors import stock
from catalog.selectors.categories import indented_choices, keys_below
from foundation.ui.theme import DropdownFilter

Choices = Iterable[tuple[str, Any]]
LARGEST_KEY = 2**63 - 1


class BranchFilter(DropdownFilter):
    """A category with all below it."""

    title = _("category")
    parameter_name = "branch"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The tree, and what stands outside it."""
        return [("none", _("Without category")), *indented_choices()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Product]) -> QuerySet[Product]:
        """Products of the branch."""
        value = self.value() or ""
        if value == "none":
            return rows.filter(category=None)
        return rows.filter(category__in=keys_below(int(value))) if is_key(value) else rows


class StockFilter(DropdownFilter):
    """What a person should look at."""

    title = _("stock")
    parameter_name = "stock"
    questions: ClassVar[dict[str, tuple[Any, Callable[[QuerySet[Any]], QuerySet[Any]]]]] = {
        "low": (_("Low stock"), stock.low),
        "below_zero": (_("Below zero"), stock.below_zero),
        "none": (_("Without stock"), stock.without_stock),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """The questions."""
        return [(name, label) for name, (label, _answer) in self.questions.items()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Product]) -> QuerySet[Product]:
        """The answer."""
        if (name := self.value() or "") not in self.questions:
            return rows
        return self.questions[name][1](rows)


class WarehouseFilter(DropdownFilter):
    """Products that lie in a warehouse."""

    title = _("warehouse")
    parameter_name = "warehouse"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """All warehouses."""
        return [(str(warehouse.pk), warehouse) for warehouse in Warehouse.objects.all()]

    def queryset(self, request: HttpRequest, rows: QuerySet[Product]) -> QuerySet[Product]:
        """Products with something of them there."""
        value = self.value() or ""
        return stock.in_warehouse(rows, int(value)) if is_key(value) else rows


def is_key(value: str) -> bool:
    """Whether a text from an address can be the key of a record."""
    return value.isascii() and value.isdigit() and int(value) <= LARGEST_KEY
