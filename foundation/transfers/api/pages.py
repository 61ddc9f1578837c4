"""Numbered pages of what does not change while it is read: rows and errors of a check, lines of a plan."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.utils.urls import replace_query_param


def asked_for(request: Request, serializer: type[Serializer[Any]]) -> dict[str, Any]:
    """Return the parameters of the address; one that nobody knows is an error."""
    query = serializer(data=request.query_params)
    for name in request.query_params:
        if name not in query.fields:
            raise ValidationError({name: _("There is no such filter.")})
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def numbered(request: Request, asked: dict[str, Any], count: int, results: list[Any]) -> dict[str, Any]:
    """Return a page with the addresses of its neighbours."""
    page, here = asked["page"], request.build_absolute_uri()
    is_last = page * asked["page_size"] >= count
    return {
        "count": count,
        "next": None if is_last else replace_query_param(here, "page", page + 1),
        "previous": replace_query_param(here, "page", page - 1) if page > 1 else None,
        "results": results,
    }
