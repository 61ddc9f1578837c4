"""Autocomplete fields that know which record they belong to."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.models import Customer

NOT_BELOW = "not_below"
WITHIN = "within"


class KeySelect(AutocompleteSelect):
    """An autocomplete that can be drawn again after somebody sent what is no key."""

    def optgroups(self, name: str, value: list[str], attr: dict[str, Any] | None = None) -> Any:
        """Look up keys only; Django asks the database for anything and breaks."""
        return super().optgroups(name, [key for key in value if str(key).isdecimal()], attr)


def point_autocomplete(widget: Any, parameter: str, key: int | None) -> None:
    """Make an autocomplete widget ask with one more parameter in its address."""
    widget = getattr(widget, "widget", widget)  # inside the wrapper with the add and change links
    if key is None or not hasattr(widget, "get_url"):
        return
    address = f"{widget.get_url()}?{parameter}={key}"
    widget.get_url = lambda: address


def limit_by_address(rows: QuerySet[Customer], request: HttpRequest) -> QuerySet[Customer]:
    """Leave out a customer and its descendants where the address asks for it: they cannot be its parent."""
    key = request.GET.get(NOT_BELOW, "")
    return rows.exclude(pk__in=below(int(key))) if key.isdigit() else rows


def below(key: int) -> QuerySet[Customer, Any]:
    """Keys of a customer and everybody below it."""
    return Customer.objects.descendants_of(Customer(pk=key), include_self=True).values("pk")
