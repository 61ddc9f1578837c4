"""What a person does on the page of an import. Each view gets a run that this person may see."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from foundation.identity.models import User
from foundation.jobs.models import Job, JobFile
from foundation.jobs.services import job_cancel
from foundation.transfers.admin import run_page as page
from foundation.transfers.admin import undo_page
from foundation.transfers.admin.arranging import GONE, ArrangePage
from foundation.transfers.importing import preview
from foundation.transfers.importing.content import options_of
from foundation.transfers.importing.logs import write_log, write_refused
from foundation.transfers.importing.runs import (
    job_of,
    latest_job,
    run_apply,
    run_arrange,
    run_check,
    run_forget,
    run_plan_undo,
    run_undo,
)
from foundation.transfers.mapping import Mapping
from foundation.transfers.models import ImportRun
from foundation.transfers.reading import Shape
from foundation.ui.pages import Crumb, confirm_page, hub_page, is_confirmed

State = ImportRun.State


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101  (the admin lets nobody else in)
    return request.user


def _parents(run: ImportRun | None = None) -> list[Crumb]:
    imports: Crumb = (_("Imports"), reverse("admin:transfers_importrun_changelist"))
    return [imports] if run is None else [imports, (run.name, run.get_absolute_url())]


def _tried(request: HttpRequest, run: ImportRun, do: Callable[[], Any]) -> HttpResponse:
    """Do it; say on the run's page why it could not be done. Nothing of a refused step stays."""
    try:
        with transaction.atomic():
            do()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    except ImportRun.DoesNotExist:
        messages.error(request, _("This import was thrown away meanwhile."))
        return redirect(_parents()[0][1])
    except GONE:
        messages.error(request, _("The file is not kept any more. Upload it again."))
    return redirect(run)


# --- the page -------------------------------------------------------------------------------------------------------


@require_safe
def run_page(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Where the run stands, what was found, what can be done."""
    context = _parts(request, run)
    return hub_page(request, "transfers/run.html", title=run.name, context=context, parents=_parents())


@require_safe
def run_live(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The part of the page that changes; asked for until the run rests."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(run)
    return render(request, "transfers/run_live.html", _parts(request, run))


def _parts(request: HttpRequest, run: ImportRun) -> dict[str, Any]:
    shown = page.parts(request, run)
    if run.state == State.UNDONE:
        plan = undo_page.plan_of(run)
        shown["undo_counts"] = page.undo_counts(run)
        shown |= undo_page.pages(request, plan, is_done=True) if plan is not None else {}
    return shown


@require_safe
def to_page(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Where other pages expect the form of a record."""
    return redirect(run)


def arrange(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """How the file is read."""
    return ArrangePage(request, run).answer()


# --- steps ----------------------------------------------------------------------------------------------------------


@require_POST
def check(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Check the file, for the first time or again."""

    def do() -> None:
        if not run.file:
            raise FileNotFoundError
        run_check(run=run)

    return _tried(request, run, do)


@require_POST
def create_missing(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Check again, with groups and terms that do not exist to be made."""

    def do() -> None:
        options = replace(options_of(run), create_missing=True)
        run_arrange(run=run, shape=Shape.from_json(run.shape), mapping=Mapping.from_json(run.mapping), options=options)
        run_check(run=run)

    return _tried(request, run, do)


def _refused_words(run: ImportRun) -> list[str]:
    """What becomes of the refused rows, where there are some."""
    refused = run.counts.get("refused", 0)
    sentence = ngettext(
        "%(count)s row of the file is refused and brings nothing.",
        "%(count)s rows of the file are refused and bring nothing.",
        refused,
    )
    return [sentence % {"count": f"{refused:,}"}] if refused else []


@require_POST
def apply(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Import what the person has seen; what takes away more than the rows of the file is asked about once more."""
    question = page.caution(run)
    if question and run.state == State.CHECKED and not is_confirmed(request):
        return confirm_page(
            request,
            title=_("Import %(file)s") % {"file": run.name},
            question=question,
            submit=_("Yes, import"),
            cancel_url=run.get_absolute_url(),
            details=_refused_words(run),
            hidden={"check_token": [request.POST.get("check_token", "")]},
            dangerous=True,
            parents=_parents(run),
        )

    def do() -> None:
        run_apply(run=run, check_token=_token(request))

    return _tried(request, run, do)


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("check_token", ""))
    except ValueError as error:
        raise ValidationError(_("Open the preview again, and import from there.")) from error


@require_POST
def cancel(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Stop what is under way."""
    job = job_of(run)
    if run.is_busy and job is not None:
        is_over = job_cancel(job=job, by=_person(request)).is_final
        if not is_over:
            messages.info(request, _("It has been told to stop; this takes a few seconds."))
    return redirect(run)


@require_POST
def forget(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Throw the file away."""
    try:
        run_forget(run=run)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(run)
    messages.success(request, _("“%(file)s” was thrown away; nothing was imported from it.") % {"file": run.name})
    return redirect(_parents()[0][1])


# --- undo -----------------------------------------------------------------------------------------------------------


@require_POST
def prepare_undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Have it worked out what an undo would do."""
    try:
        job = run_plan_undo(run=run, by=_person(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(run)
    return redirect(f"{reverse('admin:transfers_importrun_undo', args=[run.pk])}?job={job.pk}")


def undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Show what an undo would do; do it."""
    if request.method == "POST":
        return _undone(request, run)
    if run.state != State.APPLIED:
        return redirect(run)
    shown = undo_page.parts(request, run)
    title = _("Undo %(file)s") % {"file": run.name}
    return hub_page(request, "transfers/undo.html", title=title, context=shown, parents=_parents(run))


@require_safe
def undo_live(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The part of that page that changes while the plan is made."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("admin:transfers_importrun_undo", run.pk)
    return render(request, "transfers/undo_live.html", undo_page.parts(request, run))


def _undone(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Undo by the plan the person has seen, and by no other."""
    is_known = run.state in (State.UNDOING, State.UNDONE)
    plan = run.undo_plan or {}
    if not is_known and request.POST.get("plan") != plan.get("name"):
        messages.error(request, _("The undo was prepared again meanwhile: look at what it would do first."))
        return redirect("admin:transfers_importrun_undo", run.pk)
    return _tried(request, run, lambda: run_undo(run=run, by=_person(request)))


# --- files ----------------------------------------------------------------------------------------------------------


@require_safe
def log(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """The error log as OroCommerce writes it."""
    return _download(request, run, "error-log.txt", write_log)


@require_safe
def refused(request: HttpRequest, run: ImportRun) -> HttpResponseBase:
    """The refused rows with what is wrong, to mend and send again."""
    return _download(request, run, "refused-rows.csv", write_refused)


def _download(
    request: HttpRequest, run: ImportRun, name: str, write: Callable[[Any, ImportRun], None]
) -> HttpResponseBase:
    """The file that the check has kept; made anew where its job has not come to that, or is gone."""
    suffix = name.rpartition(".")[2]
    kept = JobFile.objects.filter(job__in=_jobs(run), kind=JobFile.Kind.OUTPUT, name__endswith=f".{suffix}").order_by(
        "-pk"
    )
    if (found := kept.first()) is not None and found.file.storage.exists(str(found.file.name)):
        return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)
    if not run.counts or not preview.is_there(run):
        messages.error(request, _("What the check found is not kept any more. Check the file again."))
        return redirect(run)
    text = io.StringIO(newline="")
    with transaction.atomic():
        write(text, run)
    content = io.BytesIO(text.getvalue().encode("utf-8-sig" if suffix == "csv" else "utf-8"))
    return FileResponse(content, as_attachment=True, filename=name)


def _jobs(run: ImportRun) -> list[Job]:
    """The jobs that may have found these refusals: the check, or an import that found the check outdated."""
    job = latest_job(run)
    numbers = {run.check_job, *([job.pk] if job is not None else [])}
    return list(Job.objects.filter(pk__in=[number for number in numbers if number is not None]))
