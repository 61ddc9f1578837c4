"""Rules of the outbox's rows, past every form and service."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.db.models import F

from foundation.jobs.models import MailboxMessage, OutboxAttempt, OutboxMessage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LEASE = {"lease_token": uuid.UUID(int=1), "leased_until": NOW}
SENDING = {"state": "sending", "tries": 1} | LEASE


def message(**values):
    return OutboxMessage(**{"kind": "test", "payload": {}, "payload_hash": "0", "due_at": NOW} | values)


BROKEN = [
    ("outboxmessage_settled_has_time", {"state": "lost"}),
    ("outboxmessage_kind_not_blank", {"kind": ""}),
    ("outboxmessage_field_needs_object", {"field_key": "price"}),
    ("outboxmessage_leased_while_sending", {"state": "sending", "tries": 1}),
    ("outboxmessage_leased_while_sending", LEASE),
    ("outboxmessage_tries_counted", {"state": "sending"} | LEASE),
    ("outboxmessage_tries_counted", {"state": "sent", "settled_at": NOW}),
    ("outboxmessage_settled_has_time", {"state": "sent", "tries": 1}),
    ("outboxmessage_settled_has_time", {"settled_at": NOW}),
    ("outboxmessage_unsettled_has_payload", {"payload": None}),
    ("outboxmessage_unsettled_has_payload", {"payload": None, "state": "dead", "reason": "bug"}),
    ("outboxmessage_dead_has_reason", {"state": "dead"}),
    ("outboxmessage_dead_has_reason", {"reason": "bug"}),
    ("outboxmessage_dismissed_says_why", {"state": "dismissed", "settled_at": NOW, "reason": "bug"}),
    ("outboxmessage_dismissed_says_why", {"dismissed_because": "gone"}),
    ("outboxmessage_superseded_names_successor", {"state": "superseded", "settled_at": NOW}),
]


@pytest.mark.parametrize(("name", "values"), BROKEN, ids=[f"{name}-{index}" for index, (name, _) in enumerate(BROKEN)])
def test_refuses_a_row_that_breaks(name, values):
    with pytest.raises(IntegrityError, match=name):
        OutboxMessage.objects.bulk_create([message(**values)])


def test_one_message_per_reference():
    first = OutboxMessage.objects.create(kind="test", payload={}, payload_hash="0")
    with pytest.raises(IntegrityError, match="outboxmessage_reference_unique"):
        OutboxMessage.objects.bulk_create([message(reference=first.reference)])


def test_one_message_of_an_object_in_flight():
    with pytest.raises(IntegrityError, match="outboxmessage_one_in_flight"):
        OutboxMessage.objects.bulk_create([message(object_key="product:1", **SENDING) for _ in range(2)])


def test_messages_without_object_fly_together():
    OutboxMessage.objects.bulk_create([message(**SENDING) for _ in range(2)])


def test_only_a_pending_message_names_no_successor():
    older, newer = OutboxMessage.objects.bulk_create([message(), message()])
    with pytest.raises(IntegrityError, match="outboxmessage_superseded_names_successor"):
        OutboxMessage.objects.filter(pk=older.pk).update(superseded_by=newer)


def test_a_message_is_never_replaced_by_itself_or_an_older_one():
    message().save()
    with pytest.raises(IntegrityError, match="outboxmessage_superseded_by_newer"):
        OutboxMessage.objects.update(state="superseded", settled_at=NOW, superseded_by=F("id"))


def test_one_running_try_per_message():
    tried = OutboxMessage.objects.create(kind="test", payload={}, payload_hash="0")
    with pytest.raises(IntegrityError, match="outboxattempt_one_running"):
        OutboxAttempt.objects.bulk_create([OutboxAttempt(message=tried, started_at=NOW) for _ in range(2)])


@pytest.mark.parametrize("values", [{"outcome": "ok"}, {"duration": timedelta(1)}])
def test_a_try_has_a_duration_exactly_when_it_ended(values):
    tried = OutboxMessage.objects.create(kind="test", payload={}, payload_hash="0")
    with pytest.raises(IntegrityError, match="outboxattempt_closed_has_duration"):
        OutboxAttempt.objects.bulk_create([OutboxAttempt(message=tried, started_at=NOW, **values)])


def test_the_mailbox_keeps_each_reference_once():
    mail = {"reference": uuid.UUID(int=1), "recipient": "a@example.com", "sender": "b@example.com", "source": b""}
    with pytest.raises(IntegrityError, match="mailboxmessage_reference_unique"):
        MailboxMessage.objects.bulk_create([MailboxMessage(**mail) for _ in range(2)])


def test_the_claim_is_served_by_its_partial_index():
    OutboxMessage.objects.bulk_create(message(state="sent", tries=1, settled_at=NOW) for _ in range(3000))
    OutboxMessage.objects.bulk_create(message() for _ in range(20))
    from foundation.jobs.outbox.selectors import messages_claimable

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_outboxmessage")
    assert "outboxmessage_due" in messages_claimable()[:1].explain()
