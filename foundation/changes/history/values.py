"""From what the ledger keeps to what people read: names of fields, labels of choices, names of other records."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.text import capfirst

Model = type[models.Model]


class Names:
    """Names of the records that values point to: asked for one by one, looked up in one query per model.

    A record that is gone, or that this person may not see, stays a number.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.request = request
        self._wanted: defaultdict[Model, set[Any]] = defaultdict(set)
        self._known: dict[Model, dict[Any, models.Model]] = {}

    def want(self, model: Model, key: Any) -> None:
        """Ask for a name; a key that cannot be one is left out."""
        if key is not None:
            self._wanted[model].add(key)

    def record(self, model: Model, key: Any) -> models.Model | None:
        """Return the record; the first call looks up all that are wanted of its model."""
        if model not in self._known:
            self._known[model] = self._rows(model).in_bulk(self._wanted[model])
        return self._known[model].get(key)

    def name(self, model: Model, key: Any) -> str:
        """Return the record's name, or its number."""
        found = self.record(model, key)
        return f"#{key}" if found is None else str(found)

    def _rows(self, model: Model) -> models.QuerySet[Any]:
        registered = admin.site._registry.get(model)
        if registered is not None and self.request is not None:
            return registered.get_queryset(self.request)
        return model._base_manager.all()


def fields_by_column(model: Model) -> Mapping[str, models.Field[Any, Any]]:
    """Return the model's fields by the names of their columns."""
    return {str(field.column): field for field in model._meta.local_concrete_fields}


def label(field: models.Field[Any, Any]) -> str:
    """Name of a field as the form shows it."""
    return capfirst(str(field.verbose_name))


def python_value(field: models.Field[Any, Any], kept: Any) -> Any:
    """Return what the ledger kept as the value the field had; a value that no longer fits stays as it is."""
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    try:
        return target.to_python(kept)
    except (ValidationError, TypeError, ValueError):
        return kept


def want_names(names: Names, field: models.Field[Any, Any], kept: Any) -> None:
    """Prepare `readable` for a value."""
    if isinstance(field, models.ForeignKey):
        names.want(field.related_model, python_value(field, kept))


def readable(names: Names, field: models.Field[Any, Any], kept: Any) -> Any:
    """Return a value as people read it; None where there is nothing."""
    value = python_value(field, kept)
    if value is None or value == "" or value == []:
        return None
    if isinstance(field, models.ForeignKey):
        return names.name(field.related_model, value)
    if choices := getattr(field, "flatchoices", None):
        return dict(choices).get(value, value)
    return plain(value)


def plain(value: Any) -> Any:
    """Return a value that stands for itself, in the person's formats; true and false are left to the page."""
    if isinstance(value, datetime.datetime):
        return formats.localize(timezone.localtime(value) if timezone.is_aware(value) else value)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(plain(inner)) for inner in value)
    if isinstance(value, (datetime.date, datetime.time, Decimal)):
        return formats.localize(value)
    return value
