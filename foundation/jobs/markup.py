"""Small pieces of a job in HTML, the same in the list, in its live rows and on the job's page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation.jobs.models import Job, JobAttempt
from foundation.jobs.registry import UnknownJobKindError, job_kind
from foundation.ui.markup import Tone, badge

State, Outcome = Job.State, JobAttempt.Outcome
TONES: dict[str, Tone] = {
    State.RUNNING: "info",
    State.SUCCEEDED: "good",
    State.FAILED: "bad",
    State.CRASHED: "bad",
    State.CANCELLED: "warning",
    Outcome.DIED: "bad",
    Outcome.RELEASED: "warning",
}


def kind_title(job: Job) -> str:
    """What kind of job it is, in words."""
    try:
        return str(job_kind(job.kind).title)
    except UnknownJobKindError:
        return job.kind


def state_badge(job: Job) -> SafeString:
    """The state in a word; also that a running job has been asked to stop."""
    text: str | Promise = _("Stopping") if job.is_cancelling else job.get_state_display()
    return badge(text, "warning" if job.is_cancelling else TONES.get(job.state, "neutral"))


def outcome_badge(attempt: JobAttempt) -> SafeString:
    """How one attempt ended."""
    return badge(attempt.get_outcome_display(), TONES.get(attempt.outcome, "neutral"))


def took(started: datetime | None, finished: datetime | None) -> str:
    """How long something took, or has been going on."""
    if started is None:
        return ""
    return duration((finished or timezone.now()) - started)


def duration(span: timedelta) -> str:
    """A span of time as people say it."""
    seconds = max(0, int(span.total_seconds()))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d min %(seconds)02d s") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)d s") % {"seconds": seconds}


def progress_text(job: Job) -> SafeString:
    """How far a job is, in a list: a narrow bar while it runs, the figures when it is over."""
    progress = job.progress
    if job.state == State.RUNNING and progress.total:
        return format_html(
            '<span class="hub-progress hub-progress-cell">'
            '<progress aria-label="{}" max="{}" value="{}"></progress> {} %</span>',
            _("Progress"),
            str(progress.total),
            str(progress.done),
            progress.percent,
        )
    if job.state == State.RUNNING:
        return format_html("{}", progress.message or (progress.done or ""))
    return format_html("{}", progress if progress.done else "")


# The cells of a row that change while a job is at work.
CELLS = {"state": state_badge, "progress": progress_text, "took": lambda job: took(job.started_at, job.finished_at)}


def cell(job: Job, name: str, *, fresh: bool = False) -> SafeString:
    """One of those cells; a fresh one replaces the one on the page."""
    swap = SafeString(' hx-swap-oob="true"') if fresh else ""
    return format_html('<span id="job-{}-{}"{}>{}</span>', job.pk, name, swap, CELLS[name](job))
