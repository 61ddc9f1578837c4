"""The job of an export that is too long for an answer at once."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.identity.models import User
from foundation.jobs.errors import JobFailed
from foundation.jobs.models import Job
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun
from foundation.jobs.services import enqueue
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.keys import NAME, keys_file, rows_of
from foundation.transfers.exporting.mail import mail_result
from foundation.transfers.exporting.profiles import FileFormat, Profile
from foundation.transfers.exporting.services import export_to
from foundation.transfers.registry import transfer_by_slug

KIND = "transfers.export"


def export_enqueue(*, export: Export, owner: User, title: str) -> Job:
    """Start the export in the background; which rows it means is settled now."""
    args = {
        "what": export.transfer.slug,
        "profile": export.profile.value,
        "format": export.file_format.value,
        "columns": list(export.names),
        "filter": export.filtered_by,
    }
    files = {} if export.rows is None else {NAME: keys_file(export.records)}
    return enqueue(KIND, owner=owner, args=args, title=title, files=files)


@job(KIND, title=gettext_lazy("Export"), cluster="slow")
def export_file(run: JobRun) -> dict[str, Any]:
    """Write the records into a file for the job's owner and tell them by mail where it is."""
    export = _export(run)
    _refuse_without_right(run, export)
    total = export.count()

    def tell(rows: int) -> None:
        run.progress(rows, total)
        run.check_cancelled()

    with tempfile.TemporaryFile("w+b") as file, run.recording(reason=run.job.title):
        try:
            count = export_to(export=export, file=file, on_rows=tell)
        except ValidationError as error:
            raise JobFailed(" ".join(error.messages)) from error
        file.seek(0)
        attached = run.attach(export.file_name, File(file))
        mail_result(run=run, export=export, rows=count, file=attached)
    return {"rows": count}


def _export(run: JobRun) -> Export:
    transfer = transfer_by_slug(run.args["what"])
    return Export(
        transfer,
        run.owner,
        Profile(run.args.get("profile", Profile.HUB)),
        FileFormat(run.args.get("format", FileFormat.CSV)),
        tuple(run.args.get("columns", ())),
        rows_of(run.job, transfer.model),
        run.args.get("filter", ""),
    )


def _refuse_without_right(run: JobRun, export: Export) -> None:
    """Rights may have been taken away while the job waited."""
    if run.owner is not None and not run.owner.has_perm(export.transfer.permission("export")):
        raise JobFailed(_("You may no longer export this."))
