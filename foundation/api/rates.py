"""Limits per token and per address on the API, told in the headers of each answer."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from foundation.api.problems import PROBLEM_TYPE, bare_problem
from foundation.identity.client_address import client_network
from foundation.identity.rates import Rate, rate_count

PREFIX = "/api/"
WINDOW = 60  # seconds


class ApiRateMiddleware:
    """Counts each call before the transaction of the view begins, so that calls do not wait for each other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse one call too many; else say how many are left."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        rate = _rate(request)
        response = _refusal(rate) if rate.is_exceeded else self.get_response(request)
        response["RateLimit-Limit"] = str(rate.limit)
        response["RateLimit-Remaining"] = str(rate.remaining)
        response["RateLimit-Reset"] = str(rate.seconds_left)
        return response


def _rate(request: HttpRequest) -> Rate:
    """Count by address, then by token; return the one that refuses, else the token's."""
    limits = settings.API_CALLS_PER_MINUTE
    rate = rate_count(kind="address", caller=client_network(request), limit=limits["address"], seconds=WINDOW)
    credentials = request.headers.get("Authorization", "")
    if rate.is_exceeded or not credentials:
        return rate
    return rate_count(kind="token", caller=credentials, limit=limits["token"], seconds=WINDOW)


def _refusal(rate: Rate) -> JsonResponse:
    detail = _("Too many calls: at most %(limit)d a minute. Go on after the seconds in Retry-After.")
    problem = bare_problem(429, code="too_many_calls", detail=detail % {"limit": rate.limit})
    return JsonResponse(problem, status=429, content_type=PROBLEM_TYPE, headers={"Retry-After": str(rate.seconds_left)})
