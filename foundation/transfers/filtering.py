"""Records by the filters an app has for its lists: name=value, as in an address of the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.transfers.registry import Transfer


def filtered(transfer: Transfer, rows: QuerySet[Any], pairs: Iterable[tuple[str, str]]) -> QuerySet[Any]:
    """Return the rows that fit all pairs; raises ValidationError for an unknown name or a value that fits none."""
    values = QueryDict(mutable=True)
    for name, value in pairs:
        _refuse_unknown(transfer, name)
        values.appendlist(name, value)
    if transfer.filters is None:  # without pairs nobody asked for a filter
        return rows
    filter_set = transfer.filters(values, queryset=rows)
    if not filter_set.is_valid():
        raise ValidationError(
            [f"{name}: {sentence}" for name, list_ in filter_set.errors.items() for sentence in list_]
        )
    return filter_set.qs


def _refuse_unknown(transfer: Transfer, name: str) -> None:
    known = sorted(transfer.filters.base_filters) if transfer.filters else []
    if name in known:
        return
    if not known:
        raise ValidationError(_("%(what)s cannot be filtered.") % {"what": transfer.title})
    raise ValidationError(
        _("There is no filter “%(name)s”. There is: %(known)s.") % {"name": name, "known": ", ".join(known)}
    )
