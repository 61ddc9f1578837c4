"""What background work has to say on the dashboard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.jobs.markup import state_badge
from foundation.jobs.models import Job, OutboxMessage
from foundation.jobs.outbox.markup import kind_title
from foundation.jobs.outbox.selectors import dead_by_cause
from foundation.jobs.selectors import job_counts, job_list, worker_is_alive, worker_last_seen_at
from foundation.ui.dashboard import Area, Card, register_card

FAILED_SHOWN = 5
CAUSES_SHOWN = 3
Context = dict[str, Any] | None


def register_cards() -> None:
    """Put the cards on the dashboard."""
    register_card(
        Card(
            "worker_silent",
            gettext_lazy("No worker"),
            1,
            "jobs/card_worker.html",
            context=worker_silent,
        )
    )
    register_card(
        Card("jobs_failed", gettext_lazy("Jobs that failed today"), 20, "jobs/card_failed.html", context=jobs_failed)
    )
    register_card(
        Card(
            "undelivered", gettext_lazy("Undelivered messages"), 10, "outbox/card_undelivered.html", context=undelivered
        )
    )
    register_card(
        Card("jobs_today", gettext_lazy("Jobs today"), 50, "jobs/card_today.html", context=jobs_today, area=Area.MINE)
    )


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def worker_silent(request: HttpRequest) -> Context:
    """Only while no worker has been seen for three minutes."""
    if worker_is_alive():
        return None
    waiting = job_counts(request.user, since=_midnight())["queued"]
    return {"last_seen_at": worker_last_seen_at(), "waiting": waiting}


def jobs_failed(request: HttpRequest) -> Context:
    """The last jobs in trouble, of those this person may see."""
    trouble = job_list(request.user).filter(
        state__in=[Job.State.FAILED, Job.State.CRASHED], finished_at__gte=_midnight()
    )
    jobs = list(trouble.order_by("-id")[: FAILED_SHOWN + 1])
    if not jobs:
        return None
    return {
        "jobs": [(job, state_badge(job)) for job in jobs[:FAILED_SHOWN]],
        "more": len(jobs) > FAILED_SHOWN,
        "all_url": reverse("admin:jobs_job_changelist") + "?look=trouble",
    }


def undelivered(request: HttpRequest) -> Context:
    """What the outbox could not deliver, for those who may look at it."""
    causes = dead_by_cause() if request.user.has_perm("jobs.view_outboxmessage") else []
    if not causes:
        return None
    shown = [(kind_title(c["kind"]), OutboxMessage.Reason(c["reason"]).label, c["count"]) for c in causes]
    return {
        "count": sum(cause["count"] for cause in causes),
        "causes": shown[:CAUSES_SHOWN],
        "url": reverse("admin:jobs_outboxmessage_undelivered"),
    }


def jobs_today(request: HttpRequest) -> Context:
    """How many wait, run and have ended today; nothing before the first job."""
    counts = job_counts(request.user, since=_midnight())
    if not any(counts.values()):
        return None
    base = reverse("admin:jobs_job_changelist")
    return {
        "items": [
            (_("Waiting"), counts["queued"], "", f"{base}?state__exact=queued"),
            (_("Running"), counts["running"], "info" if counts["running"] else "", f"{base}?state__exact=running"),
            (_("Done"), counts["succeeded"], "good" if counts["succeeded"] else "", f"{base}?state__exact=succeeded"),
            (_("In trouble"), counts["failed"], "bad" if counts["failed"] else "", f"{base}?look=trouble"),
        ]
    }
