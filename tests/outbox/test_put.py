"""Putting messages into the outbox."""

import uuid

import pytest
from django.db import transaction

from foundation.jobs import outbox
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.services import ReferenceTakenError
from tests.outbox.conftest import deliver_all, states

State = OutboxMessage.State


@pytest.fixture
def put(scripted):
    return lambda value, **options: outbox.put(scripted.kind, payload={"value": value}, **options)


@pytest.mark.django_db(transaction=True)
def test_E15_a_rolled_back_transaction_leaves_nothing(put, bells):
    with transaction.atomic():
        put(1)
        transaction.set_rollback(True)
    assert (OutboxMessage.objects.count(), bells()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_with_many_messages_rings_once(put, bells):
    with transaction.atomic():
        for value in range(5):
            put(value)
        assert bells() == 0
    assert bells() == 1


@pytest.mark.django_db(transaction=True)
def test_no_second_bell_while_one_waits(put, bells):
    put(1)
    put(2)
    assert bells() == 1


@pytest.mark.django_db(transaction=True)
def test_a_bell_of_a_rolled_back_savepoint_is_replaced(put, bells):
    with transaction.atomic():
        with transaction.atomic():
            put(1)
            transaction.set_rollback(True)
        put(2)
    assert (OutboxMessage.objects.count(), bells()) == (1, 1)


@pytest.mark.django_db
def test_a_message_names_the_change_it_tells_of(put):
    from foundation.changes.recording import recording
    from tests import factories

    with recording(reason="moved house"):
        factories.CustomerFactory()
        message = put(1)
    message.refresh_from_db()
    assert message.change_set.reason == "moved house"


@pytest.mark.django_db
def test_a_message_without_a_change_names_none(put):
    assert put(1).change_set_id is None


@pytest.mark.django_db
def test_refuses_a_kind_nobody_delivers():
    with pytest.raises(LookupError, match=r"test\.nowhere"):
        outbox.put("test.nowhere", payload={})


@pytest.mark.django_db
def test_refuses_a_field_without_an_object(put):
    with pytest.raises(ValueError, match="must name its object"):
        put(1, supersedes="price")


@pytest.mark.django_db
def test_the_same_reference_with_the_same_content_is_one_message(put):
    reference = uuid.uuid4()
    assert put(1, reference=reference).pk == put(1, reference=reference).pk
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_the_same_reference_with_other_content_is_refused(put):
    reference = uuid.uuid4()
    put(1, reference=reference)
    with pytest.raises(ReferenceTakenError):
        put(2, reference=reference)


@pytest.mark.django_db
def test_the_hash_does_not_depend_on_the_order_of_keys(scripted):
    one = outbox.put(scripted.kind, payload={"a": 1, "b": 2})
    two = outbox.put(scripted.kind, payload={"b": 2, "a": 1})
    assert one.payload_hash == two.payload_hash


@pytest.mark.django_db
class TestE15Superseding:
    def test_newer_state_of_a_field_replaces_the_unsent_older_one(self, put, scripted):
        older, newer = (put(value, object_key="product:1", supersedes="price") for value in (10, 11))
        older.refresh_from_db()
        assert (older.state, older.superseded_by) == (State.SUPERSEDED, newer)
        deliver_all()
        assert scripted.sent == [{"value": 11}]

    def test_other_fields_and_objects_stay(self, put, scripted):
        put(1, object_key="product:1", supersedes="price")
        put(2, object_key="product:1", supersedes="stock")
        put(3, object_key="product:2", supersedes="price")
        put(4, object_key="product:1")
        assert states() == ["pending"] * 4

    def test_what_a_person_would_have_to_mend_is_replaced_too(self, put, scripted):
        from foundation.jobs.outbox.errors import RejectedError

        scripted.answers = [RejectedError("price too high")]
        put(10, object_key="product:1", supersedes="price")
        deliver_all()
        assert states() == ["dead"]
        put(11, object_key="product:1", supersedes="price")
        deliver_all()
        assert states() == ["superseded", "sent"]

    def test_what_may_have_arrived_is_settled_first(self, put, scripted):
        from foundation.jobs.outbox.errors import UnknownOutcomeError

        scripted.answers = [UnknownOutcomeError("time-out")]
        put(10, object_key="product:1", supersedes="price")
        deliver_all()
        put(11, object_key="product:1", supersedes="price")
        assert states() == ["pending", "pending"]
