"""The jobs that move files."""

from __future__ import annotations

import io
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.models import Source
from foundation.jobs.errors import JobFailed
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun
from foundation.transfers.exporting.job import export_file
from foundation.transfers.files import write_refused
from foundation.transfers.importing.jobs import apply_file, check_file, plan_undo_of_file, tidy, undo_file
from foundation.transfers.moving import import_table
from foundation.transfers.plain import Options
from foundation.transfers.registry import Transfer, transfer_by_slug
from foundation.transfers.reports import ImportReport
from foundation.transfers.tables import Table, read_table

__all__ = ["apply_file", "check_file", "export_file", "import_file", "plan_undo_of_file", "tidy", "undo_file"]

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
