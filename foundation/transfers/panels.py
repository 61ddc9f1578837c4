"""What an import's job page says beyond the counts: what was refused and why."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from foundation.jobs.models import Job


def import_report(request: HttpRequest, job: Job) -> dict[str, Any] | None:
    """Return the refusals, and what else a person should know of a finished import; None for other jobs."""
    result = job.result or {}
    if job.kind != "transfers.import" or "refusals" not in result:
        return None
    return {
        "dry_run": result["dry_run"],
        "refusals": result["refusals"],
        "errors": result["errors"],
        "created": sorted(result["created"].items()),
        "ignored_columns": result["ignored_columns"],
    }
