"""Changes to the outbox made by the hub's own code and by staff. Delivery is in delivery.py."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from foundation.changes.audit import audit
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.bell import ring_after_commit
from foundation.jobs.outbox.handlers import Payload, handler_for

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from foundation.identity.models import User
    from foundation.jobs.models import Job

    AnyUser = User | AnonymousUser

State = OutboxMessage.State


class ReferenceTakenError(ValueError):
    """Another message with other content already has this reference."""


@transaction.atomic
def put(
    kind: str,
    *,
    payload: Payload,
    object_key: str = "",
    supersedes: str = "",
    reference: UUID | None = None,
    due_at: datetime | None = None,
    job: Job | None = None,
) -> OutboxMessage:
    """Put a message into the outbox, in the transaction of the change it tells of: both happen or neither.

    `object_key`: messages with the same key leave in order; write the object first, its row lock is what orders
    two transactions. Name the destination in it ("connection:4/customer:17"). Blank: no order.
    `supersedes`: names the field whose state this is; an unsent older message of the same field is replaced.
    `reference`: give your own to make a repeated put harmless; the same one with other content is refused.
    """
    handler_for(kind)
    if supersedes and not object_key:
        raise ValueError("A message that supersedes others must name its object.")
    content, digest = _frozen(payload)
    message = OutboxMessage(
        kind=kind, object_key=object_key, field_key=supersedes, payload=content, payload_hash=digest, job=job
    )
    if reference is not None:
        message.reference = reference
    if due_at is not None:
        message.due_at = due_at
    message.clean_fields()  # the constraints hold the rest; asking each beforehand would be a query each
    message = _insert_once(message) if reference else _insert(message)
    _supersede_older(message)
    ring_after_commit()
    return message


def _frozen(payload: Payload) -> tuple[Payload, str]:
    """The payload as it will be stored, and the hash of it."""
    text = json.dumps(payload, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return json.loads(text), hashlib.sha256(text.encode()).hexdigest()


def _insert(message: OutboxMessage) -> OutboxMessage:
    message.save(force_insert=True)
    return message


def _insert_once(message: OutboxMessage) -> OutboxMessage:
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    stored = OutboxMessage.objects.get(reference=message.reference)
    if (stored.kind, stored.payload_hash) != (message.kind, message.payload_hash):
        raise ReferenceTakenError(f"Reference {message.reference} already belongs to another message.")
    return stored


def _supersede_older(message: OutboxMessage) -> None:
    """Replace what is surely not sent of the same field; what may have arrived is settled first, in its turn."""
    if not message.field_key:
        return
    OutboxMessage.objects.filter(
        pk__lt=message.pk,
        kind=message.kind,
        object_key=message.object_key,
        field_key=message.field_key,
        state__in=[State.PENDING, State.DEAD],
        is_uncertain=False,
    ).update(state=State.SUPERSEDED, superseded_by=message, settled_at=Now(), reason="")


def messages_replay(*, messages: QuerySet[OutboxMessage], by: AnyUser | None = None) -> int:
    """Send undelivered messages again, as safely as the first time; returns how many. Others stay as they are."""
    with transaction.atomic():
        replayed = messages.filter(state=State.DEAD).update(
            state=State.PENDING, due_at=Now(), tries=0, deaths=0, replays=F("replays") + 1, reason=""
        )
        _decided("outbox.replayed", replayed, by)
    return replayed


def messages_dismiss(*, messages: QuerySet[OutboxMessage], because: str, by: AnyUser | None) -> int:
    """Give undelivered messages up, for a reason that is kept; returns how many. Their objects' next ones go on."""
    because = because.strip()
    if not because:
        raise ValidationError(_("Say why this message is dismissed."))
    with transaction.atomic():
        dismissed = messages.filter(state=State.DEAD).update(
            state=State.DISMISSED, dismissed_because=because, dismissed_by=by, settled_at=Now()
        )
        _decided("outbox.dismissed", dismissed, by, because=because)
    return dismissed


def _decided(kind: str, count: int, by: AnyUser | None, **detail: str) -> None:
    """A person decided about messages: keep that, and let a worker go on with what waited for it."""
    if count:
        audit(kind, actor=by, detail={"messages": count, **detail})
        ring_after_commit()
