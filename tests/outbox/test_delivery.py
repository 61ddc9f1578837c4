"""Delivering messages: order, leases, outcomes, look-ups."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from foundation.jobs import outbox
from foundation.jobs.clock import DATABASE_CLOCK, Clock
from foundation.jobs.models import OutboxAttempt, OutboxMessage
from foundation.jobs.outbox import claims, plan
from foundation.jobs.outbox.claims import claim, hold, mark
from foundation.jobs.outbox.delivery import deliver_next, deliver_slice
from foundation.jobs.outbox.errors import (
    AuthError,
    LimitedError,
    Outcome,
    RejectedError,
    Result,
    TransientError,
    UnknownOutcomeError,
)
from foundation.jobs.outbox.selectors import outbox_is_due
from foundation.jobs.outbox.services import messages_replay
from tests.fixtures.waiting import wait_until
from tests.outbox.conftest import deliver_all, states

pytestmark = pytest.mark.django_db
LEASE_OVER = timedelta(minutes=5)
LATER = timedelta(hours=2)


def put(handler, value=1, **options):
    return outbox.put(handler.kind, payload={"value": value}, **options)


def the_message():
    return OutboxMessage.objects.get()


def test_a_message_is_sent_once_and_says_so(scripted):
    put(scripted)
    assert deliver_all() == 1
    message = the_message()
    assert (message.state, message.tries, message.last_answer, message.is_uncertain) == ("sent", 1, "ok", False)
    attempt = message.attempts.get()
    assert (attempt.outcome, attempt.answer) == ("ok", "ok")
    assert scripted.sent == [{"value": 1}]


def test_a_message_due_later_waits_for_its_time(scripted):
    put(scripted, due_at=DATABASE_CLOCK.read() + timedelta(hours=1))
    assert (outbox_is_due(), outbox_is_due(Clock(LATER))) == (False, True)
    assert (deliver_all(), deliver_all(LATER)) == (0, 1)


def test_delivery_refuses_to_run_inside_a_transaction(scripted, transactional_db):
    put(scripted)
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        deliver_next()
    assert scripted.sent == []


class TestE15Order:
    def test_messages_of_an_object_leave_in_order(self, scripted):
        for value in range(4):
            put(scripted, value, object_key="product:1")
        deliver_all()
        assert [sent["value"] for sent in scripted.sent] == [0, 1, 2, 3]

    def test_a_later_message_waits_while_an_earlier_one_is_retried(self, scripted):
        scripted.answers = [TransientError("down")]
        put(scripted, 1, object_key="product:1")
        put(scripted, 2, object_key="product:1")
        put(scripted, 3, object_key="product:2")
        deliver_all()
        assert [sent["value"] for sent in scripted.sent] == [1, 3]
        deliver_all(LATER)
        assert [sent["value"] for sent in scripted.sent] == [1, 3, 1, 2]

    def test_an_undelivered_message_holds_back_its_object_until_it_is_sent_again(self, scripted):
        scripted.answers = [RejectedError("no such tax code")]
        put(scripted, 1, object_key="product:1")
        put(scripted, 2, object_key="product:1")
        deliver_all()
        assert states() == ["dead", "pending"]
        messages_replay(messages=OutboxMessage.objects.all())
        deliver_all()
        assert [sent["value"] for sent in scripted.sent] == [1, 1, 2]

    def test_messages_without_object_do_not_wait(self, scripted):
        scripted.answers = [RejectedError("no")]
        put(scripted, 1)
        put(scripted, 2)
        deliver_all()
        assert states() == ["dead", "sent"]


class TestOutcomes:
    @pytest.mark.parametrize(
        ("error", "reason"), [(RejectedError("no such tax code"), "rejected"), (AuthError("wrong key"), "auth")]
    )
    def test_E12_what_a_person_must_mend_is_not_repeated(self, scripted, error, reason):
        scripted.answers = [error]
        put(scripted)
        assert (deliver_all(), deliver_all(LATER)) == (1, 0)
        message = the_message()
        assert (message.state, message.reason, message.last_answer) == ("dead", reason, str(error))
        assert message.is_uncertain is False

    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (TransientError("down"), "transient"),
            (LimitedError("slow down"), "limited"),
            (UnknownOutcomeError("time-out"), "unknown"),
        ],
    )
    def test_E12_what_may_work_later_is_repeated(self, scripted, error, outcome):
        scripted.answers = [error]
        put(scripted)
        deliver_all()
        message = the_message()
        assert (message.state, message.attempts.get().outcome) == ("pending", outcome)
        deliver_all(LATER)
        assert states() == ["sent"]

    def test_E12_a_bug_stops_one_message_and_no_other(self, scripted, caplog):
        scripted.answers = [ZeroDivisionError("anna@example.com")]
        put(scripted, 1)
        put(scripted, 2)
        deliver_all()
        assert states() == ["dead", "sent"]
        message = OutboxMessage.objects.earliest("id")
        assert (message.reason, message.last_answer) == ("bug", "ZeroDivisionError in the hub: see the worker's log.")
        assert "anna@example.com" not in caplog.text

    def test_a_kind_whose_app_is_gone_waits_for_a_person(self, scripted):
        put(scripted)
        OutboxMessage.objects.update(kind="test.gone")
        deliver_all()
        assert (the_message().state, the_message().reason) == ("dead", "auth")

    def test_E13_after_eight_tries_a_person_is_asked(self, scripted):
        scripted.answers = [TransientError("down")] * 20
        put(scripted)
        tries = sum(deliver_all(hours * LATER) for hours in range(20))
        assert (tries, the_message().state, the_message().reason) == (plan.TRIES, "dead", "exhausted")

    def test_E13_the_other_sides_wait_is_kept(self, scripted):
        scripted.answers = [LimitedError("slow down", timedelta(minutes=50))]
        put(scripted)
        deliver_all()
        assert (outbox_is_due(Clock(timedelta(minutes=49))), outbox_is_due(Clock(timedelta(minutes=51)))) == (
            False,
            True,
        )

    def test_answers_are_kept_without_secrets_and_short(self, scripted):
        scripted.answers = [RejectedError("anna@example.com: password=hunter2 Authorization: Basic QQ== " + "x" * 500)]
        put(scripted)
        deliver_all()
        kept = the_message().last_answer + OutboxAttempt.objects.get().answer
        assert not any(secret in kept for secret in ("anna@", "hunter2", "QQ=="))
        assert len(the_message().last_answer) == 300


class TestE16UnknownOutcome:
    def test_looks_before_sending_again(self, scripted):
        scripted.answers = ["ok"]
        message = put(scripted)
        scripted.before_answer = lambda outgoing: scripted.arrived.update([outgoing.reference])
        scripted.answers = [UnknownOutcomeError("time-out")]
        deliver_all()
        deliver_all(LATER)
        assert (len(scripted.sent), scripted.looked_up) == (1, [message.reference])
        assert (the_message().state, the_message().last_answer) == ("sent", "there already")

    def test_the_first_try_does_not_look(self, scripted):
        put(scripted)
        deliver_all()
        assert scripted.looked_up == []

    def test_what_can_neither_be_repeated_nor_looked_up_goes_to_a_person(self, blind):
        blind.answers = [UnknownOutcomeError("time-out")]
        put(blind)
        deliver_all()
        assert (the_message().state, the_message().reason) == ("dead", "unknown")
        assert len(blind.sent) == 1

    def test_a_lost_worker_of_such_a_message_goes_to_a_person_too(self, blind):
        put(blind)
        hold(claim(DATABASE_CLOCK), DATABASE_CLOCK)
        deliver_all(LEASE_OVER)
        assert (the_message().state, the_message().reason, blind.sent) == ("dead", "unknown", [])

    def test_what_surely_did_not_arrive_may_be_repeated_blindly(self, blind):
        blind.answers = [TransientError("refused")]
        put(blind)
        deliver_all()
        deliver_all(LATER)
        assert (states(), len(blind.sent)) == (["sent"], 2)

    def test_a_person_who_sends_it_again_is_obeyed(self, blind):
        blind.answers = [UnknownOutcomeError("time-out")]
        put(blind)
        deliver_all()
        messages_replay(messages=OutboxMessage.objects.all())
        deliver_all()
        assert (states(), len(blind.sent)) == (["sent"], 2)

    def test_a_failed_look_up_leaves_the_question_open(self, scripted, monkeypatch):
        scripted.answers = [UnknownOutcomeError("time-out")]
        put(scripted)
        deliver_all()
        monkeypatch.setattr(scripted, "look_up", lambda _message: (_ for _ in ()).throw(TransientError("down")))
        deliver_all(LATER)
        assert (the_message().state, the_message().is_uncertain, len(scripted.sent)) == ("pending", True, 1)

    def test_every_way_of_repeating_ends_with_one_arrival_after_a_refused_connection(self, any_handler):
        any_handler.answers = [TransientError("refused")]
        message = put(any_handler)
        deliver_all()
        deliver_all(LATER)
        assert any_handler.arrived[message.reference] == 1


class TestLeases:
    def test_a_leased_message_is_nobody_elses(self, scripted):
        put(scripted)
        assert claim(DATABASE_CLOCK) is not None
        assert claim(DATABASE_CLOCK) is None

    def test_a_message_is_free_again_when_its_lease_ends(self, scripted):
        put(scripted)
        claim(DATABASE_CLOCK)
        again = claim(Clock(LEASE_OVER))
        assert (again.tries, again.was_tried) == (2, True)
        lost, running = OutboxAttempt.objects.order_by("id")
        assert (lost.outcome, running.outcome) == ("unknown", "")

    def test_who_lost_the_lease_does_not_send(self, scripted):
        put(scripted)
        late = claim(DATABASE_CLOCK)
        claim(Clock(LEASE_OVER))
        assert hold(late, DATABASE_CLOCK) is False

    def test_who_lost_the_lease_does_not_mark_but_leaves_evidence(self, scripted):
        put(scripted)
        late, new = claim(DATABASE_CLOCK), claim(Clock(LEASE_OVER))
        assert mark(late, Result(Outcome.OK, "250 accepted"), DATABASE_CLOCK) is False
        message = the_message()
        assert (message.state, message.lease_token) == ("sending", new.token)
        assert OutboxAttempt.objects.earliest("id").answer == "Answered too late: 250 accepted"

    def test_the_lease_outlasts_the_handlers_deadline(self, scripted):
        put(scripted)
        hold(claim(DATABASE_CLOCK), DATABASE_CLOCK)
        assert the_message().leased_until > DATABASE_CLOCK.read() + scripted.deadline + claims.MARGIN / 2

    def test_E10_three_lost_workers_ask_for_a_person(self, scripted):
        put(scripted)
        for number in range(3):
            assert claim(Clock(number * LEASE_OVER)) is not None
        assert claim(Clock(3 * LEASE_OVER)) is None
        assert (the_message().state, the_message().reason, the_message().tries) == ("dead", "unknown", 3)
        assert list(OutboxAttempt.objects.values_list("outcome", flat=True)) == ["unknown"] * 3


@pytest.mark.django_db(transaction=True)
class TestConcurrency:
    def test_X6_parallel_deliverers_double_and_lose_nothing(self, scripted):
        with transaction.atomic():
            messages = [put(scripted, number, object_key=f"product:{number % 7}") for number in range(60)]
        in_parallel(6, deliver_slice)
        assert {message.reference: 1 for message in messages} == scripted.arrived
        assert states() == ["sent"] * 60

    def test_X6_order_per_object_holds_among_parallel_deliverers(self, scripted):
        with transaction.atomic():
            for number in range(60):
                put(scripted, number, object_key=f"product:{number % 7}")
        in_parallel(6, deliver_slice)
        for product in range(7):
            values = [sent["value"] for sent in scripted.sent if sent["value"] % 7 == product]
            assert values == sorted(values)

    def test_X6_an_earlier_message_committed_meanwhile_does_not_fly_with_the_later_one(self, scripted):
        """The later message was claimed while the earlier one was invisible: the database keeps the second out."""
        inserted, claimed = threading.Event(), threading.Event()

        def slow_transaction():
            with transaction.atomic():
                put(scripted, 1, object_key="product:1")
                inserted.set()
                assert claimed.wait(10)

        other = threading.Thread(target=with_own_connection(slow_transaction))
        other.start()
        assert inserted.wait(10)
        put(scripted, 2, object_key="product:1")
        flying = claim(DATABASE_CLOCK)
        claimed.set()
        other.join()
        assert flying.outgoing.payload == {"value": 2}
        assert claim(DATABASE_CLOCK) is None
        mark(flying, Result(Outcome.OK), DATABASE_CLOCK)
        assert claim(DATABASE_CLOCK).outgoing.payload == {"value": 1}

    def test_X6_two_claims_of_one_object_at_the_same_moment_end_with_one(self, scripted):
        """Neither sees the other's claim; the unique constraint decides, and the loser finds nothing to do."""
        earlier, later = (put(scripted, value, object_key="product:1") for value in (1, 2))
        claimed = threading.Event()

        def claim_later_one_and_wait():
            with transaction.atomic():
                lease = {"lease_token": uuid4(), "leased_until": DATABASE_CLOCK.after(LEASE_OVER)}
                OutboxMessage.objects.filter(pk=later.pk).update(state="sending", tries=1, **lease)
                claimed.set()
                wait_until(somebody_waits_for_a_lock)

        other = threading.Thread(target=with_own_connection(claim_later_one_and_wait))
        other.start()
        assert claimed.wait(10)
        assert claim(DATABASE_CLOCK) is None
        other.join()
        earlier.refresh_from_db()
        assert (earlier.state, earlier.tries) == ("pending", 0)

    def test_E17_replay_twice_at_once_has_one_effect(self, scripted):
        scripted.answers = [RejectedError("no")]
        put(scripted)
        deliver_all()
        counts = in_parallel(4, lambda: messages_replay(messages=OutboxMessage.objects.all()))
        assert sorted(counts) == [0, 0, 0, 1]
        in_parallel(4, deliver_slice)
        assert (len(scripted.sent), the_message().replays) == (2, 1)


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return cursor.fetchone()


def with_own_connection(work):
    def run():
        try:
            return work()
        finally:
            connection.close()

    return run


def in_parallel(count, work):
    """Run `work` in threads that start together; what each returned."""
    barrier, results, errors = threading.Barrier(count), [], []

    def run():
        barrier.wait()
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results
