"""The steps of a message's row: claimed, held while sending, marked. Each one commits by itself, by the database clock.

`durable=True`: inside somebody's transaction these would not commit, and everything that rests on them would be untrue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.utils.translation import gettext as _

from foundation.jobs.clock import Clock
from foundation.jobs.models import OutboxAttempt, OutboxMessage
from foundation.jobs.outbox.errors import Outcome, Result
from foundation.jobs.outbox.evidence import redacted
from foundation.jobs.outbox.handlers import Handler, Outgoing, find_handler
from foundation.jobs.outbox.plan import LOST_TRIES, TRIES, next_wait
from foundation.jobs.outbox.selectors import messages_claimable

State, Reason = OutboxMessage.State, OutboxMessage.Reason
MARGIN = timedelta(seconds=30)  # between the handler's deadline and the end of the lease
RETRIED = (Outcome.TRANSIENT, Outcome.LIMITED, Outcome.UNKNOWN)
REASONS = {Outcome.REJECTED: Reason.REJECTED, Outcome.AUTH: Reason.AUTH, Outcome.BUG: Reason.BUG}


@dataclass(frozen=True)
class Claim:
    """A message that is ours until the lease ends, as it was when we took it."""

    pk: int
    attempt: int
    token: UUID
    outgoing: Outgoing
    handler: Handler | None
    tries: int
    replays: int
    was_uncertain: bool

    @property
    def was_tried(self) -> bool:
        """Whether there was a try before this one."""
        return self.tries > 1 or self.replays > 0 or self.was_uncertain

    @property
    def is_replay(self) -> bool:
        """Whether a person has just decided that it be sent."""
        return self.tries == 1 and self.replays > 0


def claim(clock: Clock) -> Claim | None:
    """Take the next message that is due and count the try; None if there is none."""
    while True:
        try:
            with transaction.atomic(durable=True):
                message = messages_claimable(clock).select_for_update(skip_locked=True, of=("self",)).first()
                if message is None:
                    return None
                if message.state == State.SENDING:
                    _close_lost_try(message, clock)
                if message.state != State.DEAD:
                    return _lease(message, clock)
        except IntegrityError as error:
            # An earlier message of the object became visible and was claimed by another process just now.
            if "outboxmessage_one_in_flight" not in str(error):
                raise


def _close_lost_try(message: OutboxMessage, clock: Clock) -> None:
    """Record a try whose worker stopped; after too many of them, or with the last one, a person is asked."""
    answer = _("The worker stopped before an answer came.")
    running = OutboxAttempt.objects.filter(message=message, outcome="")
    running.update(outcome=Outcome.UNKNOWN, answer=answer, duration=_since_start(clock))
    message.deaths += 1
    if message.deaths < LOST_TRIES and message.tries < TRIES:
        return
    message.state, message.reason, message.last_answer = State.DEAD, Reason.UNKNOWN, answer
    message.lease_token = message.leased_until = None
    message.save()


def _lease(message: OutboxMessage, clock: Clock) -> Claim:
    handler = find_handler(message.kind)
    token = uuid4()
    attempt = OutboxAttempt.objects.create(message=message, started_at=clock.now())
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=State.SENDING,
        tries=F("tries") + 1,
        deaths=message.deaths,
        lease_token=token,
        leased_until=clock.after(2 * _deadline(handler) + MARGIN),  # looking up, then sending
    )
    outgoing = Outgoing(message.kind, message.object_key, message.reference, message.payload or {})
    return Claim(
        message.pk,
        attempt.pk,
        token,
        outgoing,
        handler,
        tries=message.tries + 1,
        replays=message.replays,
        was_uncertain=message.is_uncertain,
    )


def _deadline(handler: Handler | None) -> timedelta:
    return handler.deadline if handler else timedelta()


def hold(claimed: Claim, clock: Clock) -> bool:
    """Just before sending: renew the lease for it, and note that from now on the message may have arrived."""
    lease_end = clock.after(_deadline(claimed.handler) + MARGIN)
    return bool(_ours(claimed).update(leased_until=lease_end, is_uncertain=True))


def mark(claimed: Claim, result: Result, clock: Clock) -> bool:
    """Record how the try ended and what follows; refused (False) if another process has taken the message over."""
    answer = redacted(result.answer)
    with transaction.atomic(durable=True):
        is_ours = _ours(claimed).update(
            lease_token=None,
            leased_until=None,
            deaths=0,
            last_answer=answer,
            is_uncertain=result.is_uncertain,
            **_what_follows(claimed, result, clock),
        )
        _close_try(claimed, result.outcome, answer, clock)
    return bool(is_ours)


def _ours(claimed: Claim) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=claimed.pk, state=State.SENDING, lease_token=claimed.token)


def _close_try(claimed: Claim, outcome: Outcome, answer: str, clock: Clock) -> None:
    """Close our row; an answer that came after the lease was lost is kept as evidence for whoever must decide."""
    attempt = OutboxAttempt.objects.filter(pk=claimed.attempt)
    if not attempt.filter(outcome="").update(outcome=outcome, answer=answer, duration=_since_start(clock)):
        attempt.update(answer=redacted(_("Answered too late: %s") % (answer or outcome.label)))


def _what_follows(claimed: Claim, result: Result, clock: Clock) -> dict[str, Any]:
    """The state after a try, and what belongs to it."""
    if result.outcome == Outcome.OK:
        emptied = claimed.handler and not claimed.handler.payload_kept_for
        return {"state": State.SENT, "settled_at": clock.now()} | ({"payload": None} if emptied else {})
    if result.outcome not in RETRIED:
        return {"state": State.DEAD, "reason": REASONS[result.outcome]}
    if result.needs_person:
        return {"state": State.DEAD, "reason": Reason.UNKNOWN}
    if claimed.tries >= TRIES:
        return {"state": State.DEAD, "reason": Reason.UNKNOWN if result.is_uncertain else Reason.EXHAUSTED}
    return {"state": State.PENDING, "due_at": clock.after(next_wait(claimed.tries, result.wait))}


def _since_start(clock: Clock) -> ExpressionWrapper:
    return ExpressionWrapper(clock.now() - F("started_at"), output_field=DurationField())
