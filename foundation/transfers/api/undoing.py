"""What the API says of an undo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest

from foundation.transfers.importing.runs import plan_job_of, undo_books, undo_caution
from foundation.transfers.models import ImportRun
from foundation.transfers.reports import TakenBack
from foundation.transfers.undo import LeftRow, UndoPlan, UndoPlanLostError
from foundation.transfers.undo.listing import tracked_or_any


def undo_report(run: ImportRun, request: HttpRequest, page: int, size: int) -> tuple[dict[str, Any], int, list[Any]]:
    """Return state and counts, how many lines say what is left, and one page of those lines."""
    if plan_job_of(run) is not None:
        return {"state": "preparing", "tables": [], "caution": ""} | TakenBack().as_json(), 0, []
    plan = _plan(run)
    done = run.counts.get("undo")
    if done is not None:
        report = {"state": "done", "tables": _tables(done["tables"])}
    elif plan is not None:
        report = {"state": "ready", "tables": _tables({name: asdict(counts) for name, counts in plan.counts.items()})}
    else:
        report = {"state": "none", "tables": []}
    report |= (TakenBack() if report["state"] == "none" else undo_books(run)).as_json()
    report["caution"] = undo_caution(run) if report["state"] == "ready" else ""
    if plan is None:
        return report, 0, []
    return report, plan.left_count(), [_left(row) for row in plan.left(page, size=size, request=request)]


def _plan(run: ImportRun) -> UndoPlan | None:
    try:
        return UndoPlan.from_json(run.undo_plan) if run.undo_plan else None
    except UndoPlanLostError:
        return None


def _tables(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    return [{"what": _title(table)} | numbers for table, numbers in counts.items()]


def _title(table: str) -> str:
    model = tracked_or_any(table)
    return str(model._meta.verbose_name_plural) if model else table


def _left(row: LeftRow) -> dict[str, Any]:
    fields = [] if row.is_whole else row.fields
    return {
        "what": _title(row.table),
        "record": row.key,
        "name": row.name,
        "fields_left": fields,
        "reason": row.reason,
    }
