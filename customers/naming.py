"""Finding customers by what people paste: codes or names, one per line, each looked up in one question for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from customers.models import Customer


@dataclass
class Named:
    """Keys of the customers that were found, and the lines that name nobody for certain, each with the reason."""

    keys: list[int] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def customers_named(customers: QuerySet[Customer], lines: Iterable[str]) -> Named:
    """By code, else by name if exactly one has it; ignoring case."""
    wanted = {line.lower(): line for line in lines}
    by_code = _found(customers, "code", wanted)
    by_name = _found(customers, "name", set(wanted) - set(by_code))
    named = Named()
    for word, line in wanted.items():
        keys = by_code.get(word) or by_name.get(word) or []
        if len(keys) == 1:
            named.keys += keys
        else:
            named.refused.append((line, _("%d customers have this name") % len(keys) if keys else _("nobody found")))
    return named


def _found(customers: QuerySet[Customer], column: str, words: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    filled = customers.exclude(**{column: ""})  # the index of codes holds no blank ones
    rows = filled.annotate(word=Lower(column)).filter(word__in=list(words)).order_by()
    for word, key in rows.values_list("word", "pk"):
        found[word].append(key)
    return found
