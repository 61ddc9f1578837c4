"""What people do with an import: upload, check, apply, undo, forget. Each step is a job; a double click is one step."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.identity.models import User
from foundation.jobs.models import Job
from foundation.jobs.services import enqueue, job_cancel
from foundation.transfers.engine.staging import drop_tables
from foundation.transfers.importing.content import names_of, options_of, transfer_of
from foundation.transfers.into import refuse_options
from foundation.transfers.mapping import Mapping, guess_mapping
from foundation.transfers.models import ImportRun
from foundation.transfers.options import Options
from foundation.transfers.reading import Limits, Reader, Shape, open_records, sniff
from foundation.transfers.registry import Transfer
from foundation.transfers.reports import TakenBack

State = ImportRun.State
CHUNK = 1 << 20


class TooManyImportsError(ValidationError):
    """One person has as many imports at work as one may."""


def run_create(
    *,
    transfer: Transfer,
    file: File[bytes],
    name: str,
    owner: User | None,
    shape: Shape | None = None,
    mapping: Mapping | None = None,
    options: Options | None = None,
    key: int | None = None,
) -> ImportRun:
    """Store a file and find out how to read it; raises ValidationError when nobody could.

    Without `shape` and `mapping` the file itself says them; what a person chooses later goes through `run_arrange`.
    With `key`, reserved for the form that was sent, the same form sent twice makes one run.
    """
    size, digest = measured(file)
    if key is not None and (twin := ImportRun.objects.filter(pk=key).first()):
        if (twin.digest, twin.what, twin.owner) == (digest, transfer.slug, owner):
            return twin
        key = None  # the form of before, with another file
    Limits.from_settings().check_bytes(size)
    refuse_options(transfer, options or Options())
    chosen = shape or sniff(file, name).shape
    run = ImportRun(
        pk=key,
        what=transfer.slug,
        name=name[:200],
        size=size,
        digest=digest,
        owner=owner,
        options=(options or Options()).as_json(),
    )
    _arrange(run, transfer, file, chosen, mapping)
    file.seek(0)
    file.name = name
    run.file = file
    return _stored(run)


def _stored(run: ImportRun) -> ImportRun:
    """Save the run with its file; where the same form was faster, that one's run, and no second file."""
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        run.file.delete(save=False)
        return ImportRun.objects.get(pk=run.pk)
    return run


def measured(file: File[bytes]) -> tuple[int, str]:
    """Return how long a file is and its SHA-256; leave it at its start."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while block := file.read(CHUNK):
        digest.update(block)
        size += len(block)
    file.seek(0)
    return size, digest.hexdigest()


def _arrange(run: ImportRun, transfer: Transfer, file: Any, shape: Shape, mapping: Mapping | None) -> None:
    file.seek(0)
    reader: Reader = open_records(file, shape)
    columns = transfer.resource.columns()
    chosen = mapping or guess_mapping(columns, reader.headers)
    run.shape, run.mapping = shape.as_json(), chosen.as_json()
    run.unknown_headers = chosen.unknown_headers(reader.headers)


@transaction.atomic
def run_arrange(*, run: ImportRun, shape: Shape, mapping: Mapping | None, options: Options) -> ImportRun:
    """Choose another form, mapping or options for a run that is not being worked on and not applied.

    Raises ValidationError where the file cannot be read so, or the mapping does not fit it.
    """
    held = _held(run)
    if held.state not in (State.UPLOADED, State.CHECKED, State.FAILED):
        raise ValidationError(_wrong_state(held))
    transfer = transfer_of(held)
    with held.file.open("rb") as file:
        _arrange(held, transfer, file, shape, mapping)
        file.seek(0)
        problems = Mapping.from_json(held.mapping).problems(
            transfer.resource.columns(), open_records(file, shape).headers
        )
    if problems:
        raise ValidationError(problems)
    options = replace(options, into=held.options.get("into"))  # what a file goes into was settled when it came
    refuse_options(transfer, options)
    held.options, held.state, held.counts, held.error = options.as_json(), State.UPLOADED, {}, ""
    held.save()
    return held


@transaction.atomic
def run_check(*, run: ImportRun, ring: bool = True, apply: bool = False) -> Job:
    """Have the file checked; with `apply`, its good rows are written straight after, in the same job.

    A click that comes while a check is under way joins it.
    """
    held = _held(run)
    if held.state == State.CHECKING:
        return Job.objects.get(pk=held.check_job or 0)
    if held.state not in (State.UPLOADED, State.CHECKED, State.FAILED):
        raise ValidationError(_wrong_state(held))
    refuse_too_many(held.owner, but=held)
    title = (_("Import %(file)s") if apply else _("Check %(file)s")) % {"file": held.name}
    job = enqueue("transfers.check", owner=held.owner, args={"run": held.pk, "apply": apply}, title=title, ring=ring)
    held.state, held.check_job, held.error = State.CHECKING, job.pk, ""
    held.save(update_fields=["state", "check_job", "error"])
    return job


@transaction.atomic
def run_apply(*, run: ImportRun, check_token: UUID, ring: bool = True) -> Job:
    """Write the good rows of what was checked; `check_token` says which check the person has seen.

    A second click joins the first. Raises ValidationError where there is nothing checked, or another check.
    """
    held = _held(run)
    if held.state in (State.APPLYING, State.APPLIED) and held.check_token == check_token:
        return Job.objects.get(pk=held.apply_job or 0)
    if held.state != State.CHECKED:
        raise ValidationError(_wrong_state(held))
    if held.check_token != check_token:
        raise ValidationError(_("The file was checked again meanwhile: look at the new preview first."))
    _refuse_wholly(held)
    refuse_too_many(held.owner, but=held)
    title = _("Import %(file)s") % {"file": held.name}
    job = enqueue("transfers.apply", owner=held.owner, args={"run": held.pk}, title=title, ring=ring)
    held.state, held.apply_job, held.error = State.APPLYING, job.pk, ""
    held.save(update_fields=["state", "apply_job", "error"])
    return job


def _refuse_wholly(run: ImportRun) -> None:
    """All-or-nothing: with one refused row nothing comes in."""
    refused = run.counts.get("refused", 0)
    if run.options.get("all_or_nothing") and refused:
        raise ValidationError(all_or_nothing_sentence(refused))


def all_or_nothing_sentence(refused: int) -> str:
    """What is said when one row keeps all others out."""
    return ngettext(
        "%(count)d row is refused, and this import takes all rows or none: mend it and send the file again.",
        "%(count)d rows are refused, and this import takes all rows or none: mend them and send the file again.",
        refused,
    ) % {"count": refused}


@transaction.atomic
def run_plan_undo(*, run: ImportRun, by: User | None, ring: bool = True) -> Job:
    """Have it worked out what an undo would do."""
    held = _held(run)
    if held.state != State.APPLIED:
        raise ValidationError(_wrong_state(held))
    refuse_undo(held)
    title = _("Prepare the undo of %(file)s") % {"file": held.name}
    key = _plan_key(held)
    return enqueue("transfers.plan_undo", owner=by, args={"run": held.pk}, key=key, title=title, ring=ring)


def refuse_undo(run: ImportRun) -> None:
    """Raise ValidationError where the kind of file says that this import cannot be taken back now."""
    if problem := transfer_of(run).resource().undo_problem(options_of(run), run.counts):
        raise ValidationError(problem)


def undo_caution(run: ImportRun) -> str:
    """What a person should hear before this import is taken back, blank where its rows say it all."""
    return transfer_of(run).resource().undo_caution(options_of(run), run.counts)


def undo_books(run: ImportRun) -> TakenBack:
    """What taking this import back books besides the records it writes, or what it booked."""
    if done := run.counts.get("undo"):
        below = tuple(done.get("below_zero", ()))
        return TakenBack(done.get("taken_back", 0), below, done.get("below_zero_total", 0))
    return transfer_of(run).resource().undo_books(run.pk)


def plan_job_of(run: ImportRun) -> Job | None:
    """The job that is working out what an undo would do, while it is at it."""
    return Job.objects.filter(key=_plan_key(run), state__in=Job.ACTIVE).order_by("-id").first()


def _plan_key(run: ImportRun) -> str:
    return f"transfers.undo:{run.pk}"


@transaction.atomic
def run_undo(*, run: ImportRun, by: User | None, ring: bool = True, is_seen: bool = True) -> Job:
    """Take back what the run wrote, as the plan says that the person has seen.

    Who does not ask to see it first (`is_seen=False`) has the job make the plan.
    """
    held = _held(run)
    if held.state in (State.UNDOING, State.UNDONE):
        return Job.objects.get(pk=held.undo_job or 0)
    if held.state != State.APPLIED or (is_seen and held.undo_plan is None):
        raise ValidationError(_wrong_state(held))
    if plan_job_of(held) is not None:
        raise ValidationError(_("The undo is just being prepared: look first at what it would do."))
    refuse_undo(held)
    title = _("Undo %(file)s") % {"file": held.name}
    job = enqueue("transfers.undo", owner=by, args={"run": held.pk}, title=title, ring=ring)
    held.state, held.undo_job, held.error = State.UNDOING, job.pk, ""
    held.save(update_fields=["state", "undo_job", "error"])
    return job


@transaction.atomic
def run_cancel(*, run: ImportRun, by: User | None) -> ImportRun:
    """Stop the step that a job is at; what it has written so far is taken back."""
    run.refresh_from_db()
    job = job_of(run_settle(run))
    if not run.is_busy or job is None:
        raise ValidationError(_wrong_state(run))
    job_cancel(job=job, by=by)
    return run_settle(run)


# What a run goes back to when its job has ended without coming to its end: nothing of the step is kept.
BEFORE = {State.CHECKING: State.FAILED, State.APPLYING: State.CHECKED, State.UNDOING: State.APPLIED}


def run_settle(run: ImportRun) -> ImportRun:
    """Give a run whose job has died or was cancelled a state with a next step; others stay as they are."""
    job = job_of(run)
    if run.is_busy and (job is None or job.is_final):
        is_cancelled = job is not None and job.state == Job.State.CANCELLED
        back = State.UPLOADED if is_cancelled and run.state == State.CHECKING else BEFORE[State(run.state)]
        error = job.error if job is not None else _("Its job is gone. Start the step again.")
        ImportRun.objects.filter(pk=run.pk, state=run.state).update(state=back, error=error)
        run.refresh_from_db()
    return run


def job_of(run: ImportRun) -> Job | None:
    """The job of the step a run is at."""
    number = {State.APPLYING: run.apply_job, State.UNDOING: run.undo_job}.get(State(run.state), run.check_job)
    return Job.objects.filter(pk=number).first() if number else None


def latest_job(run: ImportRun) -> Job | None:
    """The job of the step that was begun last, which a run that went back a step is not at any more."""
    numbers = [number for number in (run.check_job, run.apply_job, run.undo_job) if number is not None]
    return Job.objects.select_related("progress").filter(pk=max(numbers)).first() if numbers else None


@transaction.atomic
def run_forget(*, run: ImportRun) -> None:
    """Throw away a file that nothing was imported from, with all that was found out about it."""
    held = _held(run)
    if held.is_busy or held.applied_at is not None:
        raise ValidationError(_wrong_state(held))
    drop_tables(names_of(held))
    transaction.on_commit(partial(held.file.storage.delete, str(held.file.name)))
    held.delete()


def _held(run: ImportRun) -> ImportRun:
    """The run, held against others until the transaction ends."""
    run_settle(run)
    return ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _wrong_state(run: ImportRun) -> str:
    return _("This cannot be done now: the import is “%(state)s”.") % {"state": run.get_state_display()}


def refuse_too_many(owner: User | None, *, but: ImportRun | None = None) -> None:
    """One person does not keep all workers busy."""
    others = ImportRun.objects.filter(owner=owner, state__in=ImportRun.BUSY)
    if but is not None:
        others = others.exclude(pk=but.pk)
    if owner is not None and others.count() >= settings.HUB_IMPORT_RUNNING:
        raise TooManyImportsError(
            _("You have %(count)d imports at work already: wait until one of them has ended.")
            % {"count": settings.HUB_IMPORT_RUNNING}
        )
