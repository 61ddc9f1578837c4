"""The mail that says an export is there. Subject and sentences are those OroCommerce sends."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.html import format_html
from django.utils.translation import gettext as _

from foundation.jobs.mail import mail_put

if TYPE_CHECKING:
    from foundation.identity.models import User
    from foundation.jobs.models import JobFile
    from foundation.jobs.runs import JobRun
    from foundation.transfers.exporting.export import Export

log = structlog.get_logger(__name__)


def mail_result(*, run: JobRun, export: Export, rows: int, file: JobFile) -> None:
    """Tell the owner, once however often the job is repeated; a mail that cannot be made never fails the export."""
    if run.owner is None or run.job.outbox_messages.exists():
        return
    try:
        with transaction.atomic():
            _put(run, run.owner, export, rows, file)
    except Exception as error:  # noqa: BLE001  (whatever it is: the file is there, and the job's page has it)
        log.warning("export: its mail could not be made", job_id=run.job.pk, error=type(error).__name__)


def _put(run: JobRun, owner: User, export: Export, rows: int, file: JobFile) -> None:
    subject = _("Export result for job %(job)s") % {"job": run.job.title}
    text = _sentence(export, rows)
    html = format_html("<p>{}</p>", text)
    if rows:
        word, url = _("Download"), urljoin(settings.BASE_URL, file.get_absolute_url())
        text, html = f"{text}\n\n{word}: {url}\n", format_html('{}<p><a href="{}">{}</a></p>', html, url, word)
    mail_put(to=[owner.email], subject=subject, text=text, html=html, job=run.job)


def _sentence(export: Export, rows: int) -> str:
    what = str(export.transfer.title).lower()
    if not rows:
        return _("No %(what)s found for export.") % {"what": what}
    done = _("Export performed successfully. %(count)d %(what)s were exported.")
    return done % {"count": rows, "what": what}
