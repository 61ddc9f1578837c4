"""Errors of the API as `application/problem+json` (RFC 9457): a stable code, the place, the request's id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, renderers, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler, set_rollback

PROBLEM_TYPE = "application/problem+json"


class ProblemRenderer(renderers.JSONRenderer):
    """JSON under the media type of problems."""

    media_type = PROBLEM_TYPE


class StaleVersionError(exceptions.APIException):
    """The record has changed since the caller read it."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"
    default_detail = _("The record has changed since you read it: read it again and repeat your change.")


class VersionRequiredError(exceptions.APIException):
    """A change that does not say which version it is based on."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "version_required"
    default_detail = _("Say by If-Match which version you change: its ETag comes with every answer.")


class ConflictError(exceptions.APIException):
    """What was asked for contradicts what is there."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class KeyReusedError(exceptions.APIException):
    """An idempotency key that stands for another request already."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = _("This Idempotency-Key was sent with another request before: give each request its own.")


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an exception of a view into a problem; None leaves what is not expected to the 500 page."""
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(as_serializer_error(error))
    answer = exception_handler(error, dict(context))
    if answer is None:
        return None
    set_rollback()
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), ProblemRenderer.media_type
    answer.data = _problem(error, answer.status_code)
    answer.content_type = ProblemRenderer.media_type
    return answer


def bare_problem(status: int, *, code: str = "", detail: str = "") -> dict[str, Any]:
    """Return the parts that every problem has; the status gives those that nothing more is known about."""
    phrase = HTTPStatus(status).phrase
    return {
        "type": "about:blank",
        "title": phrase,
        "status": status,
        "code": code or phrase.lower().replace(" ", "_"),
        "detail": detail or f"{phrase}.",
        "request_id": str(structlog.contextvars.get_contextvars().get("request_id", "")),
    }


def _problem(error: Exception, status: int) -> dict[str, Any]:
    detail = getattr(error, "detail", None)
    sentence = str(detail) if isinstance(detail, str) else str(_("The request holds errors."))
    problem = bare_problem(status, code=_code(detail, error), detail=sentence)
    if isinstance(error, exceptions.ValidationError):
        problem["errors"] = list(_errors(detail, ""))
    return problem


def _code(detail: Any, error: Exception) -> str:
    if isinstance(error, exceptions.ValidationError):
        return "invalid"
    return str(getattr(detail, "code", None) or getattr(error, "default_code", "") or "not_found")


def _errors(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Yield one entry per message, with a JSON pointer to the value it is about (blank: the whole record)."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _errors(inner, pointer if name == "non_field_errors" else f"{pointer}/{name}")
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            is_row = isinstance(inner, Mapping | list)
            yield from _errors(inner, f"{pointer}/{position}" if is_row else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail), "code": str(getattr(detail, "code", "invalid"))}
