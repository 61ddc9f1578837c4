"""Doing something with selected jobs: asked first, done for those it may be done for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation.jobs.models import Job
from foundation.jobs.selectors import job_may_cancel, job_may_run_again
from foundation.jobs.services import job_cancel, job_run_again
from foundation.ui.pages import Text, confirm_page, is_confirmed

NAMED = 10  # titles the question lists


@dataclass(frozen=True)
class Bulk:
    """One such action."""

    name: str
    title: Text
    may: Callable[[Any, Job], bool]
    do: Callable[..., Job]
    question: Callable[[int], str]
    report: Callable[[int], str]
    refusal: Text
    dangerous: bool = False

    def __call__(self, request: HttpRequest, jobs: QuerySet[Job]) -> HttpResponse | None:
        """Ask, and once confirmed do it and say to how many."""
        allowed = [job for job in jobs if self.may(request.user, job)]
        if not allowed:
            messages.error(request, str(self.refusal))
            return None
        if not is_confirmed(request):
            return self._ask(request, allowed)
        for job in allowed:
            self.do(job=job, by=request.user)
        messages.success(request, self.report(len(allowed)))
        return None

    def _ask(self, request: HttpRequest, jobs: list[Job]) -> HttpResponse:
        return confirm_page(
            request,
            title=self.title,
            question=self.question(len(jobs)),
            details=[job.title for job in jobs[:NAMED]],
            hidden={"action": [self.name], ACTION_CHECKBOX_NAME: [job.pk for job in jobs]},
            cancel_url=request.get_full_path(),
            dangerous=self.dangerous,
        )


cancel_selected = Bulk(
    name="cancel_selected",
    title=_("Cancel jobs"),
    may=job_may_cancel,
    do=job_cancel,
    question=lambda count: ngettext("Stop %d job?", "Stop %d jobs?", count) % count,
    report=lambda count: ngettext("%d job is told to stop.", "%d jobs are told to stop.", count) % count,
    refusal=_("None of these jobs is waiting or running, or they are not yours to cancel."),
    dangerous=True,
)
run_selected_again = Bulk(
    name="run_selected_again",
    title=_("Run jobs again"),
    may=job_may_run_again,
    do=job_run_again,
    question=lambda count: ngettext("Run %d job again?", "Run %d jobs again?", count) % count,
    report=lambda count: ngettext("%d job is queued.", "%d jobs are queued.", count) % count,
    refusal=_("None of these jobs can be run again, or they are not yours to run."),
)
