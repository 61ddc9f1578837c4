"""Reading the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from foundation.jobs.clock import DATABASE_CLOCK, Clock
from foundation.jobs.models import OutboxAttempt, OutboxMessage

State = OutboxMessage.State
FREE_AT = Coalesce("leased_until", "due_at")  # as in the index outboxmessage_due


def messages_claimable(clock: Clock = DATABASE_CLOCK) -> QuerySet[OutboxMessage]:
    """What may be delivered now, oldest first: due, not leased, and nothing of its object before it or in flight.

    A message nobody could deliver holds its object's later ones back until a person replays or dismisses it: they may
    build on it. Other objects go on.
    """
    same_object = OutboxMessage.objects.filter(object_key=OuterRef("object_key")).exclude(object_key="")
    # Two questions instead of one: the undelivered are few and found first, whatever waits behind them.
    undelivered = same_object.filter(pk__lt=OuterRef("pk"), state=State.DEAD)
    earlier = same_object.filter(pk__lt=OuterRef("pk"), state__in=OutboxMessage.OPEN)
    in_flight = same_object.filter(pk__gt=OuterRef("pk"), state=State.SENDING)
    return (
        OutboxMessage.objects.filter(state__in=OutboxMessage.OPEN)
        .alias(free_at=FREE_AT)
        .filter(~Exists(undelivered), ~Exists(in_flight), ~Exists(earlier), free_at__lte=clock.now())
        .order_by("free_at", "pk")
    )


def outbox_is_due(clock: Clock = DATABASE_CLOCK) -> bool:
    """Whether anything could be delivered now; cheap enough to ask every second."""
    return messages_claimable(clock).order_by().exists()


def oldest_due_at(clock: Clock = DATABASE_CLOCK) -> datetime | None:
    """Since when the oldest deliverable message has waited (an alarm for operators)."""
    return messages_claimable(clock).annotate(since=FREE_AT).values_list("since", flat=True).first()


def deliveries_hang(*, patience: timedelta, clock: Clock = DATABASE_CLOCK) -> bool:
    """Whether messages wait although nobody delivers any: the queue's cluster takes no doorbells."""
    since = clock.after(-patience)
    return (
        messages_claimable(clock).alias(since=FREE_AT).filter(since__lt=since).exists()
        and not OutboxMessage.objects.filter(state=State.SENDING, leased_until__gt=clock.now()).exists()
        and not OutboxAttempt.objects.filter(started_at__gt=since).exists()
    )


def messages_dead() -> QuerySet[OutboxMessage]:
    """What could not be delivered and waits for a person."""
    return OutboxMessage.objects.filter(state=State.DEAD)


def dead_counts(messages: QuerySet[OutboxMessage]) -> dict[str, int]:
    """How many of these wait for a person, and how many of them may have arrived."""
    return messages.filter(state=State.DEAD).aggregate(
        total=Count("pk"), uncertain=Count("pk", filter=Q(is_uncertain=True))
    )


def dead_by_cause() -> list[dict[str, Any]]:
    """What waits for a person, by kind and reason: how many, since when, and what the last one was answered."""
    groups = messages_dead().order_by().values("kind", "reason")
    found = groups.annotate(count=Count("pk"), since=Min("created_at"), last=Max("pk"))
    return [dict(group) for group in found.order_by("-count", "kind", "reason")]


def messages_waiting_behind(message: OutboxMessage) -> int:
    """How many later messages of the same object wait for this one."""
    if not message.object_key or message.state in OutboxMessage.SETTLED:
        return 0
    later = OutboxMessage.objects.filter(object_key=message.object_key, pk__gt=message.pk)
    return later.filter(state__in=OutboxMessage.UNSETTLED).count()
