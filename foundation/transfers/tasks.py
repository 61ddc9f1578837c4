"""The jobs that move files."""

from __future__ import annotations

import io
import tempfile
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.models import Source
from foundation.jobs.errors import JobFailed
from foundation.jobs.models import JobFile
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun
from foundation.transfers.files import write_refused
from foundation.transfers.moving import export_rows, import_table
from foundation.transfers.plain import Options
from foundation.transfers.registry import Transfer, transfer_by_slug
from foundation.transfers.reports import ImportReport
from foundation.transfers.tables import Table, read_table

CHOSEN = "chosen-rows.txt"  # input file of an export: one id per line
REFUSALS_SHOWN = 200  # on the job's page; the file with the refused rows has them all


@job("transfers.import", title=gettext_lazy("Import"), cluster="slow", repeatable=False)
def import_file(run: JobRun) -> dict[str, Any]:
    """Import the job's input file; safe to repeat, since the same rows again change nothing."""
    transfer = transfer_by_slug(run.args["what"])
    table = _read(run)
    options = Options(
        actor=run.owner,
        dry_run=run.args.get("dry_run", False),
        create_missing=run.args.get("create_missing", False),
        on_row=lambda done, total: _tell(run, done, total),
    )
    with run.recording(reason=run.job.title, source=Source.IMPORT):
        report = _import(transfer, table, options)
    if report.refusals:
        _attach_refused(run, table, report)
    if report.dry_run and report.read > report.error_entries:
        run.link(_("Import the good rows now"), reverse(f"admin:{transfer.url_name}_import_confirm", args=[run.job.pk]))
    run.link(str(transfer.title), reverse(f"admin:{transfer.url_name}_changelist"))
    return report.as_json(refusals=REFUSALS_SHOWN)


@job("transfers.export", title=gettext_lazy("Export"), cluster="slow")
def export_file(run: JobRun) -> dict[str, Any]:
    """Write the chosen records into a file for the job's owner."""
    transfer = transfer_by_slug(run.args["what"])
    rows = _chosen(run, transfer)
    with tempfile.TemporaryFile("w+b") as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        with run.recording(reason=run.job.title):
            count = export_rows(transfer, text, user=run.owner, rows=rows)
        text.flush()
        file.seek(0)
        run.attach(f"{transfer.slug}.csv", File(file))
        text.detach()
    return {"rows": count}


def _chosen(run: JobRun, transfer: Transfer) -> models.QuerySet[Any] | None:
    """Return the rows that were ticked, None for all of them."""
    given = run.job.files.filter(kind=JobFile.Kind.INPUT, name=CHOSEN).first()
    if given is None:
        return None
    with given.file.open("rb") as file:
        return transfer.model._default_manager.filter(pk__in=file.read().decode().split())


def _read(run: JobRun) -> Table:
    given = run.input()
    try:
        with given.file.open("rb") as file:
            return read_table(file)
    except ValidationError as error:
        raise JobFailed(" ".join(error.messages)) from error


def _import(transfer: Transfer, table: Table, options: Options) -> ImportReport:
    try:
        return import_table(transfer, table, options)
    except ValidationError as error:
        raise JobFailed(" ".join(error.messages)) from error


def _tell(run: JobRun, done: int, total: int) -> None:
    run.progress(done, total)
    run.check_cancelled()


def _attach_refused(run: JobRun, table: Table, report: ImportReport) -> None:
    text = io.StringIO(newline="")
    write_refused(text, table, report)
    run.attach(_("refused-rows.csv"), File(io.BytesIO(text.getvalue().encode("utf-8-sig"))))
