"""What an import's job page says beyond the counts: what was refused and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.jobs.models import Job


def report_counts(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the counts of an import as tiles, in the words people use."""
    return [
        (_("New"), result["added"], "good" if result["added"] else ""),
        (_("Changed"), result["replaced"], "info" if result["replaced"] else ""),
        (_("Unchanged"), result["unchanged"]),
        (_("Refused"), result["error_entries"], "bad" if result["error_entries"] else ""),
    ]


def import_report(request: HttpRequest, job: Job) -> dict[str, Any] | None:
    """Return the refusals, and what else a person should know of a finished import; None for other jobs."""
    result = job.result or {}
    if job.kind != "transfers.import" or "refusals" not in result:
        return None
    return {
        "counts": report_counts(result),
        "is_all_refused": bool(result["read"]) and result["error_entries"] == result["read"],
        "is_some_refused": 0 < result["error_entries"] < result["read"],
        "is_without_rows": not result["read"],
        "refused": result["error_entries"],
        "read": result["read"],
        "dry_run": result["dry_run"],
        "refusals": result["refusals"],
        "errors": result["errors"],
        "created": sorted(result["created"].items()),
        "ignored_columns": result["ignored_columns"],
    }
