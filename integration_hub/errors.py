"""What is answered when no view could answer: a problem to programs, a page to people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from foundation.api.problems import PROBLEM_TYPE, bare_problem

API = "/api/"


def _problem(status: int) -> JsonResponse:
    return JsonResponse(bare_problem(status), status=status, content_type=PROBLEM_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return _problem(400) if request.path_info.startswith(API) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return _problem(403) if request.path_info.startswith(API) else defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _problem(404) if request.path_info.startswith(API) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """500."""
    return _problem(500) if request.path_info.startswith(API) else defaults.server_error(request)
