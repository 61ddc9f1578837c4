"""Every request that may change something is one transaction and one change set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase

from foundation.changes.audit import audit, coming_from, request_id
from foundation.changes.models import Source
from foundation.changes.recording import recording, recording_each_write

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
SIGN_IN = "/accounts/"  # counts wrong passwords, and parallel tries must see each other's count
# Refusals before the view began: nothing of the caller's is written yet, but counters and audit rows may be.
REFUSED_EARLY = (401, 403, 429)


class RecordingMiddleware:
    """Wraps views of unsafe requests in `recording()`; stands last, so that it wraps the view alone.

    A view marked `@transaction.non_atomic_requests` is left alone and opens its own transactions.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with coming_from(request):
            response = self.get_response(request)
            if getattr(response, "status_code", 0) == 403:
                self._note_refusal(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Call the view inside a recording; an exception takes everything back."""
        if request.method in SAFE_METHODS or connection.alias in getattr(view, "_non_atomic_requests", ()):
            return None
        actor = getattr(request, "user", None)
        if request.path_info.startswith(SIGN_IN):
            with recording_each_write(source=Source.FORM, actor=actor, request_id=request_id()):
                return view(request, *args, **kwargs)
        is_api = request.path_info.startswith("/api/")
        source = Source.API if is_api else Source.FORM
        with recording(source=source, actor=actor, request_id=request_id()):
            response = view(request, *args, **kwargs)
            # Rest framework turns exceptions into responses: half a change must not stay behind a refusal.
            if is_api and response.status_code >= 400 and response.status_code not in REFUSED_EARLY:
                transaction.set_rollback(True)
        return response

    def _note_refusal(self, request: HttpRequest) -> None:
        """Somebody who is signed in wanted what they may not; strangers are counted by the rate limits."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            audit("access.refused", actor=user, detail={"method": request.method, "path": request.path})
