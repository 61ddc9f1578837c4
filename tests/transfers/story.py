"""Imports and undos by a real worker that is killed, and somebody who looks at the customers all the while.

An import is one transaction and an undo is another, so whoever looks may see the customers as they were before or as
they are after, and nothing else; the ledger and the accounts made on the way are looked at in the same statement.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass

import psutil
from django.db import connection
from django.utils import timezone

from foundation.jobs.models import Job, JobAttempt, JobSchedule, OutboxMessage, WorkerBeat
from foundation.jobs.schedules import schedules_reconcile
from foundation.transfers.importing.runs import run_apply, run_check, run_plan_undo, run_settle, run_undo
from tests.fixtures.waiting import wait_until
from tests.transfers.importing_tools import applied, checked, uploaded

PATIENCE = 120  # seconds, for a busy machine
STANDING = 600  # customers that are there before: the files change the first two thirds of them
NEW, REFUSED = 1_500, 100
CHANGED = STANDING * 2 // 3
QUICK = {"beat": 0.2, "progress": 0.05, "takeover": 60, "bell": 0.3, "sweep": 0.3, "worker_beat": 0.3, "tick": 0.05}
LOOK = """
SELECT c.code, c.name, coalesce(p.code, ''),
       (SELECT count(*) FROM customers_account),
       (SELECT count(*) FROM changes_change WHERE "table" = 'customers_customer')
FROM customers_customer c LEFT JOIN customers_customer p ON p.id = c.parent_id
"""


@dataclass(frozen=True)
class Seen:
    """All customers with name and parent by code, the number of accounts, and of customers' changes in the ledger."""

    customers: dict[str, tuple[str, str]]
    accounts: int
    changes: int


def look():
    """What is there now, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK)
        rows = cursor.fetchall()
    return Seen({code: (name, parent) for code, name, parent, *_ in rows}, *rows[0][3:])


def standing():
    """The customers that are there before, each with an account of its own."""
    applied("Name,External Id\n" + "".join(f"Standing {n},S{n}\n" for n in range(STANDING)))
    return look()


def start_worker(children, **variables):
    """A real worker for imports; nothing is started by the clock."""
    schedules_reconcile()
    JobSchedule.objects.update(next_at=timezone.now() + timezone.timedelta(days=1))
    WorkerBeat.objects.all().delete()
    surroundings = {
        "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
        "PROBE_TIMING": json.dumps(QUICK),
        "PROBE_WORKERS": "1",
    }
    process = children.start("worker", "--only", "slow", **surroundings, **variables)
    wait_until(WorkerBeat.objects.exists, seconds=PATIENCE)
    return process


class Story:
    """One file: checked, applied, sent again, undone. `during` is called at each look; `seen` counts them."""

    def __init__(self, number, before, owner, during=lambda job: None):
        self.number, self.owner, self.during = number, owner, during
        self.before, self.seen = before, 0
        self.after = Seen(
            before.customers | self.changed() | self.added(),
            before.accounts + NEW,
            before.changes + NEW + CHANGED,
        )

    def changed(self):
        return {f"S{n}": (f"Changed {n} by {self.number}", "") for n in range(CHANGED)}

    def added(self):
        """A tree: each hangs below the one with half its number."""
        return {f"N{n}": (f"New {n} by {self.number}", f"N{n // 2}" if n else "") for n in range(NEW)}

    def file(self):
        """New, changed, unchanged and refused rows in turns."""
        names = {code: name for code, (name, _parent) in self.after.customers.items()}
        rows = [
            f"{name},{code},{names.get(self.after.customers[code][1], '')},"
            for code, (name, _parent) in self.after.customers.items()
        ]
        rows += [f"Refused {n},R{n},,PL000" for n in range(REFUSED)]
        in_turns = [row for n in range(7) for row in rows[n::7]]
        return "\n".join(["Name,External Id,Parent Name,VAT Id", *in_turns, ""])

    def live_through(self):
        """All steps; after each the run has the state that leads on, and the same file would change nothing."""
        run = uploaded(self.file(), self.owner)
        self.step(run, run_check(run=run), "checked", (self.before,))
        assert tally(run) == (NEW, CHANGED, STANDING - CHANGED, REFUSED)
        job = run_apply(run=run, check_token=run.check_token)
        self.step(run, job, "applied", (self.before, self.after))
        assert (look(), tally(run)) == (self.after, (NEW, CHANGED, STANDING - CHANGED, REFUSED))
        assert OutboxMessage.objects.filter(job=job).count() == 1
        assert tally(checked(self.file())) == (0, 0, NEW + STANDING, REFUSED)
        self.step(run, run_plan_undo(run=run, by=self.owner), "applied", (self.after,))
        undone = Seen(self.before.customers, self.before.accounts, self.after.changes + NEW + CHANGED)
        self.step(run, run_undo(run=run, by=self.owner), "undone", (self.after, undone))
        assert look() == undone
        return undone

    def step(self, run, job, state, allowed):
        """Wait for the job, looking all the while."""

        def has_ended():
            self.during(job)
            self.seen += 1
            seen = look()
            assert seen in allowed, difference(seen, allowed)
            return Job.objects.get(pk=job.pk).is_final

        wait_until(has_ended, seconds=PATIENCE)
        run.refresh_from_db()
        run_settle(run)
        job.refresh_from_db()
        assert (job.state, run.state) == ("succeeded", state), job.error


def tally(run):
    """New, changed, unchanged, refused."""
    return tuple(run.counts[name] for name in ("new", "changed", "unchanged", "refused"))


def difference(seen, allowed):
    """In short what is neither before nor after: a thousand rows are too many to read."""
    numbers = [(len(one.customers), one.accounts, one.changes) for one in (seen, *allowed)]
    return f"customers, accounts, changes: {numbers[0]} is none of {numbers[1:]}"


def deaths():
    """How many runs of jobs have died so far."""
    return JobAttempt.objects.filter(outcome=JobAttempt.Outcome.DIED).count()


class Killer:
    """Kills who does a job, once, at a random moment of the first seconds."""

    def __init__(self, source, seconds):
        self.source, self.seconds = source, seconds
        self.due, self.done, self.killed = {}, set(), Counter()

    def __call__(self, job):
        attempt = JobAttempt.objects.filter(job=job, outcome=JobAttempt.Outcome.RUNNING).first()
        if attempt is None or job.pk in self.done:
            return
        if time.monotonic() >= self.due.setdefault(job.pk, time.monotonic() + self.source.uniform(0, self.seconds)):
            psutil.Process(attempt.pid).kill()
            self.done.add(job.pk)
            self.killed[job.kind] += 1
