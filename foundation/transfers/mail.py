"""The mail about a file that has moved: once per job, and one that cannot be made never fails the job."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.html import format_html, format_html_join

from foundation.jobs.mail import mail_put
from foundation.jobs.runs import JobRun

log = structlog.get_logger(__name__)
Content = tuple[list[str], list[tuple[str, str]]]  # lines, and links by what they are called


def mail_owner(run: JobRun, subject: str, content: Callable[[], Content]) -> None:
    """Tell the owner of a job, however often it is repeated; `content` is asked only if there is anybody to tell."""
    if run.owner is None or run.job.outbox_messages.exists():
        return
    try:
        with transaction.atomic():
            text, html = _written(*content())
            mail_put(to=[run.owner.email], subject=subject, text=text, html=html, job=run.job)
    except Exception as error:  # noqa: BLE001  (whatever it is: the page of the job says it all)
        log.warning("a file has moved, but its mail could not be made", job_id=run.job.pk, error=type(error).__name__)


def _written(lines: list[str], links: list[tuple[str, str]]) -> tuple[str, str]:
    full = [(label, urljoin(settings.BASE_URL, url)) for label, url in links]
    text = "\n".join([*lines, "", *(f"{label}: {url}" for label, url in full), ""])
    html = format_html_join("", "<p>{}</p>", ((line,) for line in lines))
    anchors = format_html_join(" · ", '<a href="{1}">{0}</a>', full)
    return text, format_html("{}<p>{}</p>", html, anchors)
