"""Things the tests of the outbox share."""

from datetime import timedelta

import pytest
from django_q.models import OrmQ

from foundation.identity.models import User
from foundation.jobs.clock import Clock
from foundation.jobs.models import OutboxMessage
from foundation.jobs.outbox.delivery import deliver_next
from foundation.jobs.outbox.handlers import Repeat, register_handler, unregister_handler
from tests.outbox.scripted import ScriptedHandler


@pytest.fixture
def scripted():
    """A handler whose messages can be looked up."""
    handler = ScriptedHandler()
    register_handler(handler)
    yield handler
    unregister_handler(handler.kind)


@pytest.fixture(params=list(Repeat), ids=lambda repeat: repeat.value)
def any_handler(request):
    """A handler of each way of repeating."""
    handler = ScriptedHandler(f"test.{request.param.value}", request.param)
    register_handler(handler)
    yield handler
    unregister_handler(handler.kind)


@pytest.fixture
def blind():
    """A handler that can neither repeat nor look up."""
    handler = ScriptedHandler("test.blind", Repeat.NEITHER)
    register_handler(handler)
    yield handler
    unregister_handler(handler.kind)


@pytest.fixture
def anna(db):
    return User.objects.create_superuser("anna@example.com", name="Anna")


@pytest.fixture
def bells(db):
    """How many doorbells wait in the queue."""
    return lambda: OrmQ.objects.filter(key="outbox").count()


def deliver_all(ahead=timedelta()):
    """Deliver what is due, the clock moved ahead; how many tries that took."""
    tries = 0
    while deliver_next(Clock(ahead)) is not None:
        tries += 1
        assert tries < 1000
    return tries


def states():
    return list(OutboxMessage.objects.order_by("id").values_list("state", flat=True))
