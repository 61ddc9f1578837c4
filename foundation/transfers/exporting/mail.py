"""The mail that says an export is there. Subject and sentences are those OroCommerce sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from foundation.transfers.mail import mail_owner

if TYPE_CHECKING:
    from foundation.jobs.models import JobFile
    from foundation.jobs.runs import JobRun
    from foundation.transfers.exporting.export import Export


def mail_result(*, run: JobRun, export: Export, rows: int, file: JobFile) -> None:
    """Tell the owner that the file is there, or that there was nothing to write."""
    links = [(_("Download"), file.get_absolute_url())] if rows else []
    subject = _("Export result for job %(job)s") % {"job": run.job.title}
    mail_owner(run, subject, lambda: ([_sentence(export, rows)], links))


def _sentence(export: Export, rows: int) -> str:
    what = str(export.transfer.title).lower()
    if not rows:
        return _("No %(what)s found for export.") % {"what": what}
    done = _("Export performed successfully. %(count)d %(what)s were exported.")
    return done % {"count": rows, "what": what}
