"""The page before an undo: what it would do, what it would leave and why."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse

from foundation.changes.tracking import tracked_models
from foundation.jobs.models import Job
from foundation.transfers.admin.run_page import kind_of_table, poll_seconds
from foundation.transfers.importing.runs import undo_books, undo_caution
from foundation.transfers.models import ImportRun
from foundation.transfers.undo import UndoPlan, UndoPlanLostError
from foundation.transfers.undo.plan import PAGE


def plan_of(run: ImportRun) -> UndoPlan | None:
    """The plan that was prepared, if it is still there."""
    if not run.undo_plan:
        return None
    try:
        return UndoPlan.from_json(run.undo_plan)
    except UndoPlanLostError:
        return None


def plan_job(request: HttpRequest, run: ImportRun) -> Job | None:
    """The job that prepares the plan, named in the address."""
    number = request.GET.get("job", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    jobs = Job.objects.select_related("progress").filter(kind="transfers.plan_undo", args__run=run.pk)
    return jobs.filter(pk=number).first()


def parts(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    """Everything the page shows."""
    job = plan_job(request, run)
    shown: dict[str, Any] = {"run": run, "job": job, "is_moving": job is not None and not job.is_final}
    shown["poll_seconds"] = poll_seconds(job)
    if job is not None and shown["is_moving"]:
        return shown | {"live_url": f"{reverse('admin:transfers_importrun_undo_live', args=[run.pk])}?job={job.pk}"}
    plan = plan_of(run)
    shown["caution"] = undo_caution(run)
    shown["books"] = undo_books(run)
    return shown | {"plan": plan} | (pages(request, plan) if plan is not None else {})


def pages(request: HttpRequest, plan: UndoPlan, *, is_done: bool = False) -> dict[str, Any]:
    """Counts by kind, and one page of what happens or of what stays."""
    is_left = is_done or request.GET.get("tab") == "left" or (plan.is_empty and plan.left_total > 0)
    total = plan.left_count() if is_left else plan.total
    page: Page[Any] = Paginator(range(total), PAGE).get_page(request.GET.get("page"))  # type: ignore[arg-type]
    read = plan.left if is_left else plan.sample
    return {
        "kinds": [(kind_of_table(tracked_models().get(table), table), counts) for table, counts in plan.counts.items()],
        "is_left": is_left,
        "rows": [(kind_of_table(row.model, row.table), row) for row in read(page.number, request=request)],
        "rows_page": page,
    }
