"""The real worker delivers: at once, and what becomes due later within seconds."""

import signal
from datetime import timedelta

import psutil
import pytest
from django_q.models import OrmQ

from foundation.jobs import outbox
from foundation.jobs.clock import DATABASE_CLOCK
from foundation.jobs.mail import mail_put
from foundation.jobs.models import MailboxMessage, OutboxMessage
from foundation.jobs.outbox.selectors import deliveries_hang
from tests.fixtures.waiting import wait_until
from tests.outbox import remote
from tests.outbox.receiver import running_receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def start_worker(children):
    def start(**variables):
        return children.start(
            "worker", "--only", "outbox", DJANGO_SETTINGS_MODULE="tests.outbox.worker_settings", **variables
        )

    return start


@pytest.fixture
def books():
    remote.register()
    with running_receiver() as books:
        yield books
    remote.unregister()


def wait_for_delivery(count):
    wait_until(lambda: OutboxMessage.objects.filter(state="sent").count() == count, seconds=30)


def test_a_worker_delivers_mail_and_messages_that_become_due_later(start_worker, books):
    start_worker()
    mail_put(to=["buyer@example.com"], subject="Your order", text="It has left.")
    wait_for_delivery(1)
    soon = DATABASE_CLOCK.read() + timedelta(seconds=2)
    payload = {"port": books.port, "object": "product:1", "value": 7}
    message = outbox.put("remote.keyed", payload=payload, due_at=soon)
    wait_for_delivery(2)
    late = message.attempts.get().started_at - soon
    assert timedelta() <= late < timedelta(seconds=3)
    assert (books.values, MailboxMessage.objects.count()) == ({"product:1": 7}, 1)


def test_E11_a_lost_doorbell_costs_no_more_than_seconds(start_worker):
    mail_put(to=["buyer@example.com"], subject="Your order", text="It has left.")
    OrmQ.objects.all().delete()
    start_worker()
    wait_for_delivery(1)


def test_a_cluster_that_takes_no_doorbells_is_replaced(start_worker):
    """An idle process of the queue killed at the wrong moment leaves the others without work (django-q #394)."""
    process = start_worker(PROBE_WATCHDOG="1")
    mail_put(to=["buyer@example.com"], subject="One", text="1")
    wait_for_delivery(1)
    for child in psutil.Process(process.pid).children(recursive=True):
        child.send_signal(signal.SIGSTOP)
    mail_put(to=["buyer@example.com"], subject="Two", text="2")
    wait_for_delivery(2)


@pytest.mark.parametrize(("waiting", "hangs"), [(True, True), (False, False)])
def test_deliveries_hang_only_when_something_waits(waiting, hangs, scripted):
    if waiting:
        outbox.put(scripted.kind, payload={}, due_at=DATABASE_CLOCK.read() - timedelta(minutes=2))
    assert deliveries_hang(patience=timedelta(minutes=1)) is hangs
