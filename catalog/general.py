"""Which price lists are for everybody: a higher app gives them out, and says so in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from catalog.models import PriceList

_general: list[Callable[[], QuerySet[Any, Any]]] = []


def register_general_lists(keys: Callable[[], QuerySet[Any, Any]]) -> None:
    """Tell how to ask for the keys of the lists that are given to everybody."""
    _general[:] = [keys]


def general_lists() -> QuerySet[PriceList]:
    """Lists that are given to everybody; none while nobody gives any."""
    return PriceList.objects.filter(pk__in=_general[0]()) if _general else PriceList.objects.none()
