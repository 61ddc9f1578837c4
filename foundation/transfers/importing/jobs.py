"""The jobs behind an import: check, apply, plan an undo, undo. Each may be killed at any point and started again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from foundation.changes.models import Source
from foundation.changes.refusals import refusals
from foundation.jobs.crash_points import crash_point
from foundation.jobs.errors import JobFailed
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun
from foundation.transfers.engine.applying import apply, is_stale, refresh_statistics
from foundation.transfers.engine.checking import check
from foundation.transfers.engine.staging import StagedRow, is_staged
from foundation.transfers.importing.content import Content, content_of, layout_of, names_of, options_of, transfer_of
from foundation.transfers.importing.logs import attach_refusals
from foundation.transfers.importing.mail import mail_checked, mail_failed, mail_imported
from foundation.transfers.importing.runs import all_or_nothing_sentence, refuse_undo, undo_books
from foundation.transfers.importing.sweeping import plans_prune, runs_prune, seals_prune
from foundation.transfers.models import ImportRun
from foundation.transfers.undo import UndoPlan, UndoPlanLostError, apply_undo, plan_undo

State = ImportRun.State
IS_IN = (State.APPLIED, State.UNDOING, State.UNDONE)  # what an import has written is in, or was
STALE = gettext_lazy(
    "Records of this file were changed since the check, so it was checked again. Look at the new preview, then import."
)
LOST = gettext_lazy(
    "The preview was lost when the database restarted, so the file was checked again. Look at the new preview, then "
    "import."
)


@job("transfers.check", title=gettext_lazy("Check a file"), cluster="slow", repeatable=False)
def check_file(run: JobRun) -> dict[str, Any]:
    """Stage the file of a run and find out what would become of each row; write the good ones if asked to."""
    imported = _import_of(run)
    if not _is_at_check(run, imported):
        return _apply(run, imported) if imported.apply_job == run.job.pk else imported.counts
    counts = _checked_once(run, imported)
    if not run.args.get("apply"):
        mail_checked(run, imported)
        return counts
    if imported.options.get("all_or_nothing") and counts["refused"]:
        raise JobFailed(all_or_nothing_sentence(counts["refused"]), result=counts)
    ImportRun.objects.filter(pk=imported.pk).update(state=State.APPLYING, apply_job=run.job.pk)
    return _apply(run, imported)


@job("transfers.apply", title=gettext_lazy("Import"), cluster="slow", repeatable=False)
def apply_file(run: JobRun) -> dict[str, Any]:
    """Write the good rows of what was checked, all of them or none."""
    return _apply(run, _import_of(run))


def _import_of(run: JobRun) -> ImportRun:
    imported = ImportRun.objects.select_related("owner").filter(pk=run.args["run"]).first()
    if imported is None:
        raise JobFailed(_("The import is not there any more."))
    run.link(_("The import"), imported.get_absolute_url())
    return imported


# --- check ----------------------------------------------------------------------------------------------------------


def _is_at_check(run: JobRun, imported: ImportRun) -> bool:
    """Whether the check is this job's to do: one that was killed after its end may find the person further on."""
    return imported.check_job == run.job.pk and imported.state in (State.CHECKING, State.CHECKED, State.FAILED)


def _checked_once(run: JobRun, imported: ImportRun) -> dict[str, Any]:
    """Check, unless an earlier try of this very job has: its preview is what the person may be looking at."""
    if imported.state != State.CHECKED:
        return _check(run, imported)
    counts: dict[str, Any] = imported.counts
    if is_staged(names_of(imported), counts["read"]):
        attach_refusals(run, imported)
    return counts


def _check(run: JobRun, imported: ImportRun) -> dict[str, Any]:
    try:
        with run.recording(reason=run.job.title):
            counts = _staged(run, imported)
            crash_point("transfers.checked")
            _note_checked(imported, counts)
    except ValidationError as error:
        sentence = " ".join(error.messages)
        ImportRun.objects.filter(pk=imported.pk).update(state=State.FAILED, error=sentence)
        mail_failed(run, imported)
        raise JobFailed(sentence) from error
    attach_refusals(run, imported)
    return counts


def _staged(run: JobRun, imported: ImportRun) -> dict[str, Any]:
    with content_of(imported) as content:
        counts = check(
            names_of(imported),
            content.layout,
            _watched(run, content),
            on_rows=lambda rows: _tell(run, content.reader.bytes_read, imported.size, _rows_read(rows)),
            on_step=lambda step: _tell(run, 0, None, step),  # nobody knows how long it takes
        )
    if not counts.read:
        raise ValidationError(_("There are column names but no rows below them: there is nothing to import."))
    return counts.as_json()


def _watched(run: JobRun, content: Content) -> Iterator[StagedRow]:
    """The rows, with a place to be killed at among them."""
    for row in content.rows():
        yield row
        if row[1] % 1_000 == 0:
            crash_point("transfers.staging")


def _note_checked(imported: ImportRun, counts: dict[str, Any]) -> None:
    imported.state, imported.counts, imported.check_token = State.CHECKED, counts, uuid.uuid4()
    imported.error = ""
    ImportRun.objects.filter(pk=imported.pk).update(
        state=imported.state, counts=counts, check_token=imported.check_token, error="", checked_at=Now()
    )


def _rows_read(rows: int) -> str:
    return _("%(rows)s rows read") % {"rows": f"{rows:,}"}


def _tell(run: JobRun, done: int, total: int | None, message: str = "") -> None:
    run.progress(done, total, message)
    run.check_cancelled()


# --- apply ----------------------------------------------------------------------------------------------------------


def _apply(run: JobRun, imported: ImportRun) -> dict[str, Any]:
    """Write what was checked; what has changed since is checked again for the person to see."""
    mine = ImportRun.objects.filter(pk=imported.pk, apply_job=run.job.pk)
    if mine.filter(state__in=IS_IN).exists():
        return imported.counts  # an earlier try of this very job came to its end
    if not mine.filter(state=State.APPLYING).exists():
        raise _stale(run, imported.pk, imported.counts, STALE)  # an earlier try found it stale and checked again
    try:
        return _written(run, imported)
    except (_StaleError, ValidationError, IntegrityError) as stale:
        said = LOST if isinstance(stale, _LostError) else STALE
        raise _stale(run, imported.pk, _check(run, imported), said) from stale


def _stale(run: JobRun, key: int, counts: dict[str, Any], said: StrOrPromise) -> JobFailed:
    """What the person hears who has seen another preview than the one there is now."""
    ImportRun.objects.filter(pk=key, apply_job=run.job.pk, state=State.CHECKED).update(error=str(said))
    return JobFailed(str(said), result=counts)


class _StaleError(Exception):
    """What was checked is not what is there."""


class _LostError(_StaleError):
    """What was checked is gone: a crash of the database empties the tables it is kept in."""


def _written(run: JobRun, imported: ImportRun) -> dict[str, Any]:
    names, layout = names_of(imported), layout_of(imported)
    if not is_staged(names, imported.counts["read"]):
        raise _LostError
    total = imported.counts["new"] + imported.counts["changed"] + imported.counts["deleted"]
    with run.recording(reason=_("Import of %(file)s") % {"file": imported.name}, source=Source.IMPORT), refusals():
        if total and is_stale(names, layout):
            raise _StaleError
        _tell(run, 0, total)
        made, noted = apply(names, layout, lambda done: _tell(run, done, total)) if total else ({}, {})
        counts = imported.counts | {"made": made} | noted
        ImportRun.objects.filter(pk=imported.pk).update(
            state=State.APPLIED, counts=counts, applied_at=Now(), apply_job=run.job.pk, undo_plan=None, error=""
        )
        imported.counts = counts
        mail_imported(run, imported)
        crash_point("transfers.applied")
    refresh_statistics(layout, total)
    return counts


# --- undo -----------------------------------------------------------------------------------------------------------


@job("transfers.plan_undo", title=gettext_lazy("Prepare an undo"), cluster="slow", repeatable=False)
def plan_undo_of_file(run: JobRun) -> dict[str, Any]:
    """Find out what taking an import back would do, for a person to look at."""
    imported = _import_of(run)
    if imported.apply_job is None:
        raise JobFailed(_("This import was not applied."))
    with transaction.atomic():
        _drop_plan(imported)
        plan = _planned(imported)
        ImportRun.objects.filter(pk=imported.pk).update(undo_plan=plan.as_json())
    return {"total": plan.total, "left": plan.left_total} | undo_books(imported).as_json()


def _planned(imported: ImportRun) -> UndoPlan:
    without = transfer_of(imported).resource().undo_without(options_of(imported))
    return plan_undo([imported.apply_job or 0], without)


def _drop_plan(imported: ImportRun) -> None:
    if imported.undo_plan:
        try:
            UndoPlan.from_json(imported.undo_plan).drop()
        except UndoPlanLostError:
            return


@job("transfers.undo", title=gettext_lazy("Undo an import"), cluster="slow", repeatable=False)
def undo_file(run: JobRun) -> dict[str, Any]:
    """Take back what an import wrote, but for what was changed since."""
    imported = _import_of(run)
    if imported.state == State.UNDONE:
        return imported.counts["undo"]
    try:
        refuse_undo(imported)
    except ValidationError as problem:
        raise JobFailed(" ".join(problem.messages)) from problem
    plan = _plan_of(imported)
    with run.recording(reason=_("Undo of %(file)s") % {"file": imported.name}, source=Source.UNDO):
        report = apply_undo(
            plan,
            on_progress=lambda done, total: run.progress(done, total),
            check_cancelled=run.check_cancelled,
        ).as_json()
        crash_point("undo.ledger")
        report |= transfer_of(imported).resource().undo_books(imported.pk).as_json()
        report["taken_back"] = transfer_of(imported).resource().undo(imported.pk, run.owner)
        ImportRun.objects.filter(pk=imported.pk).update(
            state=State.UNDONE, undone_at=Now(), counts=imported.counts | {"undo": report}, error=""
        )
    refresh_statistics(layout_of(imported), plan.total)
    return report


def _plan_of(imported: ImportRun) -> UndoPlan:
    """The plan the person has seen; made now where nobody asked to see it, or where the database lost it."""
    try:
        return UndoPlan.from_json(imported.undo_plan or {"name": "", "sets": []})
    except UndoPlanLostError:
        with transaction.atomic():
            plan = _planned(imported)
            ImportRun.objects.filter(pk=imported.pk).update(undo_plan=plan.as_json())
        return plan


@job("transfers.tidy", title=gettext_lazy("Remove old imports' files and previews"), every=timedelta(days=1))
def tidy(run: JobRun) -> dict[str, int]:
    """Keep what people still look at; the rest only costs space."""
    return {"imports": runs_prune(), "plans": plans_prune(), "seals": seals_prune()}
