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

from foundation.changes.models import Change
from foundation.changes.tracking import options_of, tracked_models
from foundation.changes.triggers import BOOKKEEPING

Model = type[models.Model]
Row = Mapping[str, Any]  # column: value


class Names:
    """Names of the records that values point to: asked for one by one, looked up in one query per model.

    A record that is gone is called what it would call itself, if its row is remembered; else it stays a number, and so
    does one that this person may not see.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.request = request
        self._wanted: defaultdict[Model, set[Any]] = defaultdict(set)
        self._known: dict[Model, dict[Any, models.Model]] = {}
        self._former: dict[tuple[Model, Any], Row] = {}

    def want(self, model: Model, key: Any) -> None:
        """Ask for a name; a key that cannot be one is left out."""
        if key is not None:
            self._wanted[model].add(key)

    def remember(self, model: Model, key: Any, row: Row) -> None:
        """Keep what a record held that is gone, and ask for the names of those it points to."""
        self._former[model, key] = row
        for column, field in fields_by_column(model).items():
            want_names(self, field, row.get(column))

    def record(self, model: Model, key: Any) -> models.Model | None:
        """Return the record; the first call looks up all that are wanted of its model."""
        if model not in self._known:
            self._known[model] = self._rows(model).in_bulk(self._wanted[model])
        return self._known[model].get(key)

    def name(self, model: Model, key: Any) -> str:
        """Return the record's name, or its number."""
        found = self._record_or_former(model, key)
        return str(found) if found is not None else self._said_by_row(model, key) or f"#{key}"

    def _record_or_former(self, model: Model, key: Any) -> models.Model | None:
        """The record; made of its row where it is gone and all of that is known which it has to have."""
        found, row = self.record(model, key), self._former.get((model, key))
        if found is not None or row is None:
            return found
        former, fields = model(), fields_by_column(model)
        if any(column not in row for column, field in fields.items() if _is_needed(model, field)):
            return None
        for column, field in fields.items():
            value = python_value(field, row.get(column))
            setattr(former, field.attname, value)
            if isinstance(field, models.ForeignKey) and value is not None:
                target = self._record_or_former(field.related_model, value)
                if target is None:
                    return None
                field.set_cached_value(former, target)
        return former

    def _said_by_row(self, model: Model, key: Any) -> str:
        """The first text in the row of a record that is gone; without one what it points to."""
        row, fields = self._former.get((model, key), {}), fields_by_column(model)
        given = [(field, row[column]) for column, field in fields.items() if row.get(column) not in (None, "")]
        texts = (str(value) for field, value in given if isinstance(field, models.CharField) and not field.choices)
        links = [
            self.name(field.related_model, python_value(field, value))
            for field, value in given
            if isinstance(field, models.ForeignKey)
        ]
        return next(texts, " – ".join(links))

    def _rows(self, model: Model) -> models.QuerySet[Any]:
        registered = admin.site._registry.get(model)
        if registered is not None and self.request is not None:
            return registered.get_queryset(self.request)
        return model._base_manager.all()


def former_name(change: Change, request: HttpRequest | None = None) -> str:
    """What a record that a change has deleted was called."""
    model, names = tracked_models()[change.table], Names(request)
    names.remember(model, change.key, change.before or {})
    return names.name(model, change.key)


def fields_by_column(model: Model) -> Mapping[str, models.Field[Any, Any]]:
    """Return the model's fields by the names of their columns."""
    return {str(field.column): field for field in model._meta.local_concrete_fields}


def _is_needed(model: Model, field: models.Field[Any, Any]) -> bool:
    """Whether a row without the column says too little of the record; what the ledger never keeps is not missed."""
    unkept = {*BOOKKEEPING, *options_of(model).exclude, *options_of(model).secret}
    return not (field.generated or field.primary_key or field.has_db_default() or field.name in unkept)


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
