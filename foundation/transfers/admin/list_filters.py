"""How a change list is narrowed down right now: its rows, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def rows_of_list(model_admin: Any, request: HttpRequest) -> ChangeList | None:
    """Return the list that the request's address describes; None where it describes none."""
    try:
        return model_admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return None


def filters_in_words(changelist: ChangeList) -> str:
    """Return the search and the filters as a person reads them; empty when there are none."""
    words = [_("search “%(text)s”") % {"text": changelist.query}] if changelist.query else []
    words += [
        f"{capfirst(str(spec.title))}: {value}"
        for spec in changelist.filter_specs
        if (value := ", ".join(_values(spec, changelist)))
    ]
    return "; ".join(words)


def _values(spec: Any, changelist: ChangeList) -> Iterable[str]:
    """Return what a filter is set to: names of records and choices where it has them, else the words of the address."""
    given = [str(one) for values in spec.used_parameters.values() for one in _each(values) if one not in ("", None)]
    if not given:
        return []
    return _records(spec, given) or _choices(spec, changelist) or given


def _each(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]


def _records(spec: Any, given: list[str]) -> list[str]:
    model = getattr(getattr(spec, "field", None), "related_model", None)
    keys = [one for one in given if one.isdecimal()]
    return [str(record) for record in model._default_manager.filter(pk__in=keys)] if model and keys else []


def _choices(spec: Any, changelist: ChangeList) -> list[str]:
    choices = [choice for choice in spec.choices(changelist) if isinstance(choice, dict)]
    return [str(choice["display"]) for choice in choices if choice.get("selected") and choice.get("display")]
