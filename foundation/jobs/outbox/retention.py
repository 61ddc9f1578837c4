"""What the outbox forgets, and when: contents and evidence hold personal data."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from foundation.jobs.clock import DATABASE_CLOCK, Clock
from foundation.jobs.models import MailboxMessage, OutboxAttempt, OutboxMessage
from foundation.jobs.outbox.handlers import find_handler


def outbox_prune(clock: Clock = DATABASE_CLOCK) -> dict[str, int]:
    """Empty the contents of settled messages when their kind's time is over; drop old tries and old settled rows."""
    evidence_ends = clock.after(-timedelta(days=settings.OUTBOX_EVIDENCE_DAYS))
    history_ends = clock.after(-timedelta(days=settings.OUTBOX_HISTORY_DAYS))
    return {
        "emptied": sum(_empty(kind, clock) for kind in _kinds_with_content()),
        "tries": OutboxAttempt.objects.filter(started_at__lt=evidence_ends).exclude(outcome="").delete()[0],
        "messages": OutboxMessage.objects.filter(settled_at__lt=history_ends).delete()[0],
        "mails": MailboxMessage.objects.filter(received_at__lt=evidence_ends).delete()[0],
    }


def _settled_with_content() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(settled_at__isnull=False, payload__isnull=False)


def _kinds_with_content() -> list[str]:
    return list(_settled_with_content().order_by().values_list("kind", flat=True).distinct())


def _empty(kind: str, clock: Clock) -> int:
    handler = find_handler(kind)
    kept = handler.payload_kept_for if handler else timedelta(days=settings.OUTBOX_EVIDENCE_DAYS)
    return _settled_with_content().filter(kind=kind, settled_at__lte=clock.after(-kept)).update(payload=None)
