"""What is answered when no view could answer: a problem to programs, a page to people."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.views import defaults

from foundation.api.problems import PROBLEM_TYPE, bare_problem

API = "/api/"
RETRY_SECONDS = 30
# SQLSTATEs: connection lost; server shutting down, starting up or restarted; all its connections taken.
AWAY = ("08", "57P", "53300")


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
    """500; or 503 while the database does not answer, which is nobody's mistake and passes."""
    if database_is_away(sys.exception()):
        return unavailable(request)
    return _problem(500) if request.path_info.startswith(API) else defaults.server_error(request)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503, drawn without a question to the database."""
    is_api = request.path_info.startswith(API)
    answer = _problem(503) if is_api else HttpResponse(loader.get_template("503.html").render(), status=503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def database_is_away(error: BaseException | None) -> bool:
    """Whether an exception says that the database cannot be reached, as opposed to refusing what was asked."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(AWAY)
