"""Two engines as one would write them in an afternoon. The kill tests must find out what is wrong with them (X3)."""

from django.db.models.functions import Now

from foundation.jobs.crash_points import crash_point
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.handlers import Outgoing, handler_for


def send_then_mark(_clock):
    """No lease, no look-up: what was sent and not marked is sent again."""
    message = _next()
    if message is not None:
        _send(message)
        crash_point("outbox.before_mark")
        _mark(message)
    return message


def mark_then_send(_clock):
    """Marked first, so that nothing is sent twice: what was marked and not sent is lost."""
    message = _next()
    if message is not None:
        _mark(message)
        _send(message)
    return message


def _next():
    return OutboxMessage.objects.filter(state="pending").order_by("id").first()


def _send(message):
    crash_point("outbox.before_send")
    outgoing = Outgoing(message.kind, message.object_key, message.reference, message.payload)
    handler_for(message.kind).send(outgoing)
    crash_point("outbox.sent")


def _mark(message):
    OutboxMessage.objects.filter(pk=message.pk).update(state="sent", tries=1, settled_at=Now())
