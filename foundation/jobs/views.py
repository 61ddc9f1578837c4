"""The pages of one job, and the rows of the list while they change. All inside the admin, all for staff."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.jobs.markup import CELLS, cell, kind_title, outcome_badge, state_badge, took
from foundation.jobs.models import Job, JobFile
from foundation.jobs.selectors import job_list, job_may_cancel, job_may_run_again
from foundation.jobs.services import job_cancel, job_run_again
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed
from foundation.ui.panels import draw_panels

MOST_ROWS = 200


def _job_or_404(request: HttpRequest, pk: int) -> Job:
    """The job, if this person may see it; otherwise it is as if there were none."""
    return get_object_or_404(job_list(request.user).select_related("progress", "owner", "cancel_requested_by"), pk=pk)


def _parents() -> list[Crumb]:
    return [(_("Jobs"), reverse("admin:jobs_job_changelist"))]


def _parts(request: HttpRequest, job: Job) -> dict[str, Any]:
    """Everything the page of a job shows."""
    numbers, words = _sorted_result(job)
    panels = draw_panels("jobs.job", request, job)
    return {
        "job": job,
        "kind": kind_title(job),
        "state": state_badge(job),
        "took": took(job.started_at, job.finished_at),
        "panels": panels,
        "numbers": [] if panels else numbers,  # the app that made them says it better
        "words": words,
        "files": job.files.all(),
        "tries": [(one, outcome_badge(one), took(one.started_at, one.finished_at)) for one in job.tries.all()],
        "may_cancel": job_may_cancel(request.user, job) and not job.is_cancelling,
        "may_run_again": job_may_run_again(request.user, job),
    }


def _sorted_result(job: Job) -> tuple[list[tuple[str, int]], list[tuple[str, Any]]]:
    """The counts of a result and its words; lists and switches are for the panel of the app whose job it is."""
    items = [(str(name).replace("_", " "), value) for name, value in (job.result or {}).items()]
    numbers = [(name, value) for name, value in items if isinstance(value, int) and not isinstance(value, bool)]
    words = [(name, value) for name, value in items if isinstance(value, str | float)]
    return numbers, words


@never_cache
@require_safe
def job_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Page of one job."""
    job = _job_or_404(request, object_id)
    return hub_page(request, "jobs/job_page.html", title=job.title, context=_parts(request, job), parents=_parents())


@never_cache
@require_safe
def job_live(request: HttpRequest, object_id: int) -> HttpResponse:
    """The part of the page that changes; asked for every two seconds until the job has ended."""
    job = _job_or_404(request, object_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(job)
    return render(request, "jobs/job_live.html", _parts(request, job))


@never_cache
@require_safe
def job_rows(request: HttpRequest) -> HttpResponse:
    """Fresh cells for the rows of the list that were at work, and a poller for those that still are."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("admin:jobs_job_changelist")
    jobs = list(job_list(request.user).select_related("progress").filter(pk__in=_asked_for(request)))
    response = render(request, "jobs/rows_poller.html", {"rows_url": rows_url(jobs)})
    response.write(format_html_join("", "{}", ((cell(job, name, fresh=True),) for job in jobs for name in CELLS)))
    return response


def rows_url(jobs: Iterable[Job]) -> str:
    """Where to ask for fresh cells of these jobs; nowhere once all have ended."""
    active = [str(job.pk) for job in jobs if not job.is_final]
    return f"{reverse('admin:jobs_job_rows')}?ids={','.join(active)}" if active else ""


def _asked_for(request: HttpRequest) -> list[int]:
    with contextlib.suppress(ValueError):
        return [int(text) for text in request.GET.get("ids", "").split(",")[:MOST_ROWS]]
    return []


@never_cache
def job_cancel_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask whether to stop a job, and do it."""
    job = _job_or_404(request, object_id)
    if not job.is_final and not job_may_cancel(request.user, job):
        raise PermissionDenied
    if is_confirmed(request):
        messages.success(request, _cancelled_sentence(job_cancel(job=job, by=request.user)))  # type: ignore[arg-type]
        return redirect(job)
    if job.is_final:
        return redirect(job)
    return confirm_page(
        request,
        title=_("Cancel: %(title)s") % {"title": job.title},
        question=_("Stop this job?"),
        details=[
            _("It ends at the next safe place."),
            _("What it has finished by then stays; what it was in the middle of is taken back."),
        ],
        submit=_("Yes, stop it"),
        cancel_url=job.get_absolute_url(),
        dangerous=True,
        parents=[*_parents(), (job.title, job.get_absolute_url())],
    )


def _cancelled_sentence(job: Job) -> str:
    if job.state == Job.State.CANCELLED:
        return _("The job is cancelled.")
    return _("It had ended already.") if job.is_final else _("The job is told to stop; this takes a few seconds.")


@never_cache
def job_run_again_page(request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask whether to run a job again, and do it."""
    job = _job_or_404(request, object_id)
    if not job_may_run_again(request.user, job):
        raise PermissionDenied
    if is_confirmed(request):
        messages.success(request, _("A new job is queued; this is its page."))
        return redirect(job_run_again(job=job, by=request.user))  # type: ignore[arg-type]
    return confirm_page(
        request,
        title=_("Run again: %(title)s") % {"title": job.title},
        question=_("Start this job once more, in your name?"),
        details=[
            _("It gets the same settings and its own copy of the files."),
            _("This job and its results stay as they are."),
        ],
        submit=_("Yes, run it again"),
        cancel_url=job.get_absolute_url(),
        parents=[*_parents(), (job.title, job.get_absolute_url())],
    )


@never_cache
@require_safe
def job_file(request: HttpRequest, job_id: int, file_id: int) -> HttpResponseBase:
    """Hand out a file of a job, as a download whatever it contains, to those who may see the job."""
    job = _job_or_404(request, job_id)
    file = get_object_or_404(JobFile, job=job, pk=file_id)
    try:
        content = file.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=file.name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return response
