"""Filters and order of the API's lists, from an allow-list; a misspelt one is an error, never a list of everything."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

OF_EVERY_LIST = frozenset({"cursor", "page_size", "ordering", "format"})


class KnownFilters(DjangoFilterBackend):
    """Filters by the view's `filterset_class` and refuses parameters nobody knows."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that match all filters given."""
        if view.action == "list":
            self._refuse_unknown(request, queryset, view)
        return super().filter_queryset(request, queryset, view)

    def _refuse_unknown(self, request: Request, queryset: QuerySet[Any], view: Any) -> None:
        filterset = self.get_filterset_class(view, queryset)
        known = OF_EVERY_LIST | set(filterset.get_filters() if filterset else ())
        for name in request.query_params:
            if name not in known:
                raise ValidationError({name: _("There is no such filter.")})


class KnownOrdering(OrderingFilter):
    """Orders by the view's `ordering_fields` and refuses others."""

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: list[str], view: Any, request: Request
    ) -> list[str]:
        """Return the fields as they are, or refuse."""
        valid = super().remove_invalid_fields(queryset, fields, view, request)
        if len(valid) != len(fields):
            choices = ", ".join(name for name, _label in self.get_valid_fields(queryset, view, {"request": request}))
            raise ValidationError({"ordering": _("Order by these only: %(choices)s.") % {"choices": choices}})
        return valid
