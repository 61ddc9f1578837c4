"""What a deletion would take along and what stands in its way: counted, where Django loads every row to name it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.utils.formats import number_format

NAMED = 5
KEEPS = (models.PROTECT, models.RESTRICT)


@dataclass
class Deletion:
    """How many rows of each model would go, and how many keep the records from going."""

    goes: Counter[type[models.Model]] = field(default_factory=Counter)
    kept_by: Counter[type[models.Model]] = field(default_factory=Counter)
    keepers: dict[type[models.Model], list[str]] = field(default_factory=dict)  # by name, where they are few

    def obstacles(self) -> list[str]:
        """What keeps the records from going, in words."""
        named = {model: ", ".join(names) for model, names in self.keepers.items()}
        said = {model: counted(model, number) for model, number in self.kept_by.items()}
        return [f"{words}: {named[model]}" if model in named else words for model, words in said.items()]


def deletion_of(rows: QuerySet[Any]) -> Deletion:
    """Count what hangs on these records: one query for each kind of row that refers to them."""
    found = Deletion()
    _count(rows, found)
    return found


def _count(rows: QuerySet[Any], found: Deletion) -> None:
    for relation in _relations(rows.model):
        related = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows})
        number = related.count()
        if number and relation.on_delete in KEEPS:
            found.kept_by[relation.related_model] += number
            if number <= NAMED:
                found.keepers.setdefault(relation.related_model, []).extend(map(str, related))
        elif number:
            found.goes[relation.related_model] += number
            _count(related, found)


def _relations(model: type[models.Model]) -> Iterator[Any]:
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete in (models.CASCADE, *KEEPS):
            yield relation


def counted(model: type[models.Model], number: int) -> str:
    """`1,125 stock movements`."""
    name = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
    return f"{number_format(number, use_l10n=True, force_grouping=True)} {name}"
