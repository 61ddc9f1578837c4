"""`/healthz`: this process answers. `/readyz`: everything it needs is there. For load balancers and monitoring.

A middleware ahead of all others, because probes come by IP address and without TLS, which host checks and redirects
would refuse; and because an answer must not depend on sessions or sign-in.
"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from foundation.jobs.selectors import oldest_waiting_seconds, worker_is_alive

LONGEST_WAIT_SECONDS = 15 * 60
OK = "ok"

GetResponse = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """Answers the two addresses itself; everything else passes."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._views: dict[str, Callable[[], HttpResponse]] = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = self._views.get(request.path_info)
        if view is None:
            return self._get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        answer = view()
        answer["Cache-Control"] = "no-store"
        return answer


def healthz() -> HttpResponse:
    """The process answers; nothing else is asked, so that a slow database does not make anybody restart us."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


def readyz() -> HttpResponse:
    """Every check with its finding; 503 while one of them is not ok."""
    findings: dict[str, str] = {}
    for name, finding in CHECKS.items():
        findings[name] = finding()
        if name in GROUNDS and findings[name] != OK:
            break
    is_ready = all(finding == OK for finding in findings.values())
    return JsonResponse({"ready": is_ready, "checks": findings}, status=200 if is_ready else 503)


def database_finding() -> str:
    """Whether the database answers; its own words may name hosts, so they stay out."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return OK


def migrations_finding() -> str:
    """Whether the database has every migration of this code; what it has beyond them does not disturb."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return OK if not waiting else f"{waiting} not applied"


def worker_finding() -> str:
    """Whether a worker has given a sign of life lately."""
    return OK if worker_is_alive() else "none seen for 3 minutes"


def queue_finding() -> str:
    """Whether the oldest job that is due has waited longer than it should."""
    waited = oldest_waiting_seconds()
    return OK if waited <= LONGEST_WAIT_SECONDS else f"oldest job waits for {waited} s"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_finding,
    "migrations": migrations_finding,
    "worker": worker_finding,
    "queue": queue_finding,
}
GROUNDS = ("database", "migrations")  # without these the others cannot be asked
