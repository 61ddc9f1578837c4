"""Pages of the API's lists: by cursor, stable while rows come and go."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """`next` and `previous` are whole addresses to follow; `page_size` goes up to 200."""

    ordering = "id"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Read where the page begins; a cursor that is none of ours is an error in the request."""
        try:
            return super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({"cursor": _("This is no cursor: follow “next” and “previous”.")}) from error

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the asked-for order with the id behind it, so that equal values never swap between two pages."""
        ordering = tuple(super().get_ordering(request, queryset, view))
        return ordering if ordering[-1] in ("id", "-id") else (*ordering, "id")
