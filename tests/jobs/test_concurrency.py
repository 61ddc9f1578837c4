"""Many at once: real threads, real connections, a barrier before the race."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from foundation.jobs.claims import claim, finish
from foundation.jobs.models import Job, JobAttempt
from foundation.jobs.services import enqueue, job_cancel, run_here
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
State = Job.State
RACERS = 8


class Race:
    """Calls a function in several threads at the same moment and keeps what they return."""

    def __init__(self, function, racers=RACERS):
        self.barrier = threading.Barrier(racers)
        self.results = []
        self.function = function
        self.threads = [threading.Thread(target=self._run) for _ in range(racers)]
        for thread in self.threads:
            thread.start()

    def _run(self):
        try:
            self.barrier.wait()
            self.results.append(self.function())
        finally:
            connections.close_all()

    def over(self):
        for thread in self.threads:
            thread.join()
        return self.results


def somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


def test_one_of_many_claims_wins():
    job = enqueue("probe.count", args={"to": 1})
    won = [result for result in Race(lambda: claim(job.pk)).over() if result]
    assert (len(won), JobAttempt.objects.count(), Job.objects.get().attempts) == (1, 1, 1)


def test_E7_many_requests_for_the_same_thing_become_one_waiting_job():
    jobs = Race(lambda: enqueue("probe.count", args={"to": 1}, key="sync:1")).over()
    assert (len({job.pk for job in jobs}), Job.objects.count()) == (1, 1)


def test_E6_of_jobs_with_one_key_only_one_runs():
    enqueue("probe.count", args={"to": 1}, key="sync:1")
    assert claim(Job.objects.get().pk)
    waiting = enqueue("probe.count", args={"to": 1}, key="sync:1")
    assert Race(lambda: claim(waiting.pk)).over() == [None] * RACERS
    assert Job.objects.filter(state=State.RUNNING).count() == 1


def test_job_that_a_request_has_joined_does_not_begin_before_the_request_is_committed():
    job = enqueue("probe.count", args={"to": 1}, key="sync:1")
    with transaction.atomic():
        assert enqueue("probe.count", args={"to": 1}, key="sync:1") == job
        race = Race(lambda: claim(job.pk), racers=1)
        wait_until(somebody_waits_for_a_lock)
        assert Job.objects.get(pk=job.pk).state == State.QUEUED
    assert [claimed.pk for claimed in race.over()] == [job.pk]


def test_waiting_job_starts_when_the_one_before_it_ends_in_the_same_moment():
    """Its claim meets the end of the other, waits for that to be committed, and wins."""
    first = claim(enqueue("probe.count", args={"to": 1}, key="sync:1").pk)
    waiting = enqueue("probe.count", args={"to": 1}, key="sync:1")
    with transaction.atomic():
        finish(first, State.SUCCEEDED)
        race = Race(lambda: claim(waiting.pk), racers=1)
        wait_until(somebody_waits_for_a_lock)
    assert [claimed.pk for claimed in race.over()] == [waiting.pk]


def test_command_follows_a_job_that_a_worker_was_faster_to_take(settings):
    settings.JOBS_TIMING = {"progress": 0.01}
    job = enqueue("probe.count", args={"to": 1})
    claimed = claim(job.pk)
    seen = []

    def watch(job):
        seen.append(job.state)
        if not job.is_final:
            finish(claimed, State.SUCCEEDED, result={"counted": 1})

    done = run_here(job, watch=watch)
    assert (done.state, done.result, seen) == (State.SUCCEEDED, {"counted": 1}, ["running", "succeeded"])


def test_cancel_and_claim_at_once_leave_one_truth(anna):
    job = enqueue("probe.count", args={"to": 1})
    jobs = iter([lambda: claim(job.pk), lambda: job_cancel(job=job, by=anna)])
    Race(lambda: next(jobs)(), racers=2).over()
    job.refresh_from_db()
    assert job.cancel_requested_at is not None
    assert (job.state, job.attempts) in {(State.RUNNING, 1), (State.CANCELLED, 0)}


def test_job_due_later_than_now_is_left_alone_by_all():
    job = enqueue("probe.count", args={"to": 1}, due_at=timezone.now() + timezone.timedelta(hours=1))
    assert Race(lambda: claim(job.pk)).over() == [None] * RACERS
