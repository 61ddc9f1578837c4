"""Filters that lists of records share: moments, what is new or has changed, exact fields."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """A moment in ISO 8601, brought to UTC: offsets beyond those of any place are refused here, not by the database."""

    def clean(self, value: Any) -> datetime | None:
        """Return the moment in UTC."""
        moment = super().clean(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(filters.IsoDateTimeFilter):
    """Compares with a moment."""

    field_class = MomentField


class Since(MomentFilter):
    """At this moment or later."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="gte")


class Until(MomentFilter):
    """Before this moment."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, lookup_expr="lt")


class YesOrNoField(forms.NullBooleanField):
    """True or false; what is neither is refused instead of being taken for “any”."""

    def to_python(self, value: Any) -> bool | None:
        """Return what it says, None for a blank one."""
        answer = super().to_python(value)
        if answer is None and value not in self.empty_values:
            raise ValidationError(_("Say true or false."), code="invalid")
        return answer


class YesOrNo(filters.BooleanFilter):
    """Asks for a flag."""

    field_class = YesOrNoField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": forms.TextInput, **kwargs})


class RecordFilter(filters.FilterSet):
    """Every list can be asked for what is new or has changed."""

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **filters.FilterSet.FILTER_DEFAULTS,
        models.BooleanField: {"filter_class": YesOrNo},
    }

    created_since = Since("created_at")
    created_before = Until("created_at")
    updated_since = Since("updated_at")
    updated_before = Until("updated_at")


def record_filter(record: type[Any], *names: str) -> type[RecordFilter]:
    """Make a filter set of exact fields."""
    meta = type("Meta", (), {"model": record, "fields": names})
    return type(f"{record.__name__}Filter", (RecordFilter,), {"Meta": meta, "__doc__": record.__doc__})
