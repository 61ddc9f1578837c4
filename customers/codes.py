"""Whom a code means: the customer that has it, else the one that a record with it was merged into.

The one place that knows of former codes; search, filters of the API and imports ask here.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.db.models.functions import Lower


def former_codes() -> QuerySet[Any]:
    """Former codes with their text in small letters as `low`."""
    model: Any = apps.get_model("customers", "CustomerAlias")  # customers.models imports the search, which asks here
    rows: QuerySet[Any] = model.objects.annotate(low=Lower("code"))
    return rows


def keys_of_former_code(text: str) -> list[int]:
    """Keys of the customer that has this text as a former code; few records have one, so this is one small look."""
    return list(former_codes().filter(low=text.strip().lower()).values_list("customer", flat=True))


def with_code(customers: QuerySet[Any], code: str) -> QuerySet[Any]:
    """Those of the customers whom a code means."""
    own = customers.filter(code__iexact=code)
    former = keys_of_former_code(code)
    return own | customers.filter(pk__in=former) if former else own
