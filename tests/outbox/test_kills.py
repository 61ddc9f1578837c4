"""Real processes killed at named points; the receiver's books give the verdict (rules X1 and X3).

Suite: one kill per point. `make soak`: 200 kills at random points and passings.
"""

import random
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from foundation.jobs import outbox
from foundation.jobs.mail import mail_put
from foundation.jobs.models import MailboxMessage, OutboxMessage
from foundation.jobs.outbox.delivery import deliver_next
from foundation.jobs.outbox.handlers import Repeat
from foundation.jobs.outbox.services import messages_replay
from tests.fixtures.children import REPOSITORY
from tests.outbox import remote
from tests.outbox.receiver import running_receiver

ENGINE = (deliver_next.__module__, deliver_next.__name__)
POINTS = ["outbox.claimed", "outbox.before_send", "outbox.sent", "outbox.before_mark", "outbox.marked"]
SAFE = [Repeat.ABSOLUTE, Repeat.KEYED, Repeat.LOOK_UP]
LEASE_OVER = timedelta(minutes=5)
LATEST = timedelta(days=2)


@dataclass(frozen=True)
class Verdict:
    """What the books say: references that never arrived, and those that arrived more than once."""

    lost: int
    doubled: int


class Harness:
    """Puts messages, has them delivered by processes that are killed, and compares with the books."""

    def __init__(self, environment, books, counts):
        self.environment, self.books, self.counts = environment, books, counts
        self.mails = 0

    def put(self, count, *ways, **content):
        """Messages for the receiver, several objects each; all in one transaction."""
        with transaction.atomic():
            for number in range(count):
                for way in ways:
                    key = f"{way.value}:{number % 3}"
                    payload = {"port": self.books.port, "object": key, "value": number} | content
                    outbox.put(f"remote.{way.value}", object_key=key, payload=payload)

    def put_mails(self, count):
        """Mails, which go into the local mailbox."""
        with transaction.atomic():
            for number in range(count):
                mail_put(to=[f"buyer{number}@example.com"], subject="Your order", text="It has left.")
        self.mails += count

    def deliver(self, engine=ENGINE, *, kill="", ahead=timedelta()):
        """Run a deliverer to its end; its exit code."""
        crash = {"HUB_CRASH_POINT": kill, "HUB_CRASH_COUNTS": str(self.counts)} if kill else {}
        command = [sys.executable, "-m", "tests.outbox.deliverer", *engine, str(ahead.total_seconds())]
        done = subprocess.run(
            command,
            cwd=REPOSITORY,
            env=self.environment | crash,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        return done.returncode

    def finish(self, ahead=timedelta()):
        """Deliver in this process, ever later by the database's clock, until nothing is open."""
        from tests.outbox.conftest import deliver_all

        while OutboxMessage.objects.filter(state__in=OutboxMessage.OPEN).exists():
            ahead += LEASE_OVER
            assert ahead < LATEST, "it never ends"
            deliver_all(ahead)

    def verdict(self):
        """Read the books. Writing an absolute value twice changes nothing, so it is no double."""
        arrived = Counter(self.books.applied)
        arrived.update(str(reference) for reference in MailboxMessage.objects.values_list("reference", flat=True))
        sent = OutboxMessage.objects.filter(state="sent")
        absolute = {str(message.reference) for message in sent if message.kind == "remote.absolute"}
        return Verdict(
            lost=sum(arrived[str(message.reference)] == 0 for message in sent),
            doubled=sum(count > 1 for reference, count in arrived.items() if reference not in absolute),
        )

    def passings(self):
        """How often each point was passed by the processes that could be killed."""
        return {point: (self.counts / point).stat().st_size for point in POINTS if (self.counts / point).exists()}


@pytest.fixture
def harness(child_env, tmp_path, settings):
    settings.EMAIL_BACKEND = "foundation.jobs.mail.backend.OutboxEmailBackend"
    remote.register()
    with running_receiver() as books:
        yield Harness(child_env, books, Path(tmp_path))
    remote.unregister()


@pytest.mark.parametrize("point", POINTS)
def test_X1_a_kill_at_any_point_loses_and_doubles_nothing(harness, point):
    harness.put(3, *SAFE)
    harness.put_mails(3)
    assert harness.deliver(kill=f"{point}:5") == -signal.SIGKILL
    assert harness.passings()[point] == 5
    harness.finish()
    assert harness.verdict() == Verdict(lost=0, doubled=0)
    assert OutboxMessage.objects.filter(state="sent").count() == 12
    assert harness.books.values == {f"{way.value}:{number}": number for way in SAFE for number in range(3)}


def test_X1_a_mail_that_was_handed_over_without_an_answer_arrives_once(harness):
    harness.put_mails(4)
    assert harness.deliver(kill="outbox.sent:2") == -signal.SIGKILL
    assert MailboxMessage.objects.count() == 2
    harness.finish()
    assert MailboxMessage.objects.count() == 4


def test_X1_an_answer_lost_after_the_write_is_looked_up(harness):
    harness.put(2, *SAFE, drop_first_answer=True)
    assert harness.deliver() == 0
    harness.finish()
    assert harness.verdict() == Verdict(lost=0, doubled=0)


@pytest.mark.parametrize("point", POINTS[1:4])
def test_X1_a_kill_while_sending_what_cannot_be_repeated_asks_a_person(harness, point):
    harness.put(3, Repeat.NEITHER)
    harness.deliver(kill=f"{point}:2")
    harness.finish()
    assert harness.verdict() == Verdict(lost=0, doubled=0)
    states = Counter(OutboxMessage.objects.values_list("state", "reason"))
    assert states == {("sent", ""): 2, ("dead", "unknown"): 1}


@pytest.mark.parametrize(
    ("engine", "point", "verdict"),
    [
        ("send_then_mark", "outbox.sent", Verdict(lost=0, doubled=1)),
        ("mark_then_send", "outbox.before_send", Verdict(lost=1, doubled=0)),
    ],
)
def test_X3_the_same_harness_finds_out_naive_engines(harness, engine, point, verdict):
    naive = ("tests.outbox.naive", engine)
    harness.put(3, Repeat.LOOK_UP)
    assert harness.deliver(naive, kill=f"{point}:2") == -signal.SIGKILL
    assert harness.deliver(naive) == 0
    assert harness.verdict() == verdict


@pytest.mark.soak
def test_X1_two_hundred_kills_lose_and_double_nothing(harness, capsys):
    source, kills, ahead = random.Random(20261122), Counter(), timedelta()  # noqa: S311
    while sum(kills.values()) < 200:
        harness.put(source.randint(1, 3), *SAFE, drop_first_answer=source.random() < 0.3)
        harness.put_mails(source.randint(0, 2))
        point = source.choice(POINTS)
        passed = harness.passings().get(point, 0)
        code = harness.deliver(kill=f"{point}:{passed + source.randint(1, 8)}", ahead=ahead)
        kills[point] += code == -signal.SIGKILL
        ahead += LEASE_OVER
        messages_replay(messages=OutboxMessage.objects.filter(state="dead"))  # killed three times in a row
    harness.finish(ahead)
    with capsys.disabled():
        print(f"\nkills {dict(kills)}, passings {harness.passings()}, messages {OutboxMessage.objects.count()}")  # noqa: T201
    assert harness.verdict() == Verdict(lost=0, doubled=0)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}
    assert MailboxMessage.objects.count() == harness.mails
