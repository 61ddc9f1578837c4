"""Progress seen while a transaction is open, and the fence that stops a run given up for dead."""

import pytest
from django.db import connections, transaction

from foundation.changes.models import ChangeSet
from foundation.jobs.claims import take_over
from foundation.jobs.errors import JobSuperseded
from foundation.jobs.models import Job, JobProgress, WorkerBeat
from foundation.jobs.services import enqueue, job_cancel
from foundation.jobs.tasks import run_job
from tests.fixtures.waiting import wait_until
from tests.shelf.models import Room

pytestmark = pytest.mark.django_db(transaction=True)
State = Job.State


@pytest.fixture(autouse=True)
def quick(settings):
    settings.JOBS_TIMING = {"progress": 0.01, "beat": 0.02}


@pytest.fixture
def seen_by_others():
    """Read as another process would: on a connection of its own."""
    other = connections.create_connection("default")

    def read(sql):
        with other.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()

    yield read
    other.close()


def test_progress_is_seen_while_the_transaction_is_open_and_stays_when_it_is_rolled_back(handled_by, seen_by_others):
    job = enqueue("probe.count")

    def handler(run):
        with transaction.atomic():
            WorkerBeat.objects.create(name="half done")
            run.progress(3, 10, "three")
            sql = "SELECT done, total, message FROM jobs_jobprogress"
            wait_until(lambda: seen_by_others(sql) == (3, 10, "three"))
            raise ValueError

    handled_by("probe.count", handler)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress.done, WorkerBeat.objects.count()) == (State.CRASHED, 3, 0)


def test_heart_beats_while_the_handler_is_silent(handled_by, seen_by_others):
    job = enqueue("probe.count")
    sql = "SELECT heartbeat_at FROM jobs_jobprogress"

    def handler(run):
        first = seen_by_others(sql)
        wait_until(lambda: seen_by_others(sql) > first)

    handled_by("probe.count", handler)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == State.SUCCEEDED


def test_cancel_is_noticed_inside_a_transaction_and_rolls_it_back(anna, handled_by):
    job = enqueue("probe.count")

    def handler(run):
        with transaction.atomic():
            WorkerBeat.objects.create(name="half done")
            other = connections.create_connection("default")
            with other.cursor() as cursor:
                cursor.execute("UPDATE jobs_job SET cancel_requested_at = now()")
            other.close()
            while True:
                run.check_cancelled()

    handled_by("probe.count", handler)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, WorkerBeat.objects.count()) == (State.CANCELLED, 0)


def test_more_done_than_the_estimate_is_not_an_error(handled_by):
    job = enqueue("probe.count")
    handled_by("probe.count", lambda run: run.progress(12, 10, "more\0" * 100))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress.done, job.progress.total) == (State.SUCCEEDED, 12, 12)


def test_E6_stale_run_is_stopped_by_its_pulse_and_writes_no_progress(handled_by):
    job = enqueue("probe.count")

    def handler(run):
        with transaction.atomic():
            take_over(job.pk, run.job.token)
        run.progress(9, 10)
        while True:
            run.check_cancelled()

    handled_by("probe.count", handler)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress.done, job.result) == (State.QUEUED, 0, None)


def test_E6_stale_run_cannot_commit(handled_by):
    job = enqueue("probe.count")
    raised = []

    def handler(run):
        try:
            with run.recording("half"):
                WorkerBeat.objects.create(name="stale")
                other = connections.create_connection("default")
                with other.cursor() as cursor:
                    cursor.execute("UPDATE jobs_job SET token = token + 1")
                other.close()
        except JobSuperseded:
            raised.append(True)
            raise

    handled_by("probe.count", handler)
    run_job(job.pk)
    assert (raised, WorkerBeat.objects.count()) == ([True], 0)


def test_what_a_job_records_names_the_job_and_its_owner(anna, handled_by):
    job = enqueue("probe.count", owner=anna)

    def handler(run):
        with run.recording("Spring cleaning"):
            Room.objects.create(name="Attic")

    handled_by("probe.count", handler)
    run_job(job.pk)
    made = ChangeSet.objects.get(job_id=job.pk)
    assert (made.source, made.actor, made.reason) == ("system", anna, "Spring cleaning")


def test_progress_row_belongs_to_the_run(handled_by):
    job = enqueue("probe.count")
    handled_by("probe.count", lambda run: run.progress(1))
    run_job(job.pk)
    assert JobProgress.objects.get(job=job).token == Job.objects.get(pk=job.pk).token


def test_cancel_of_a_waiting_job_leaves_its_bell_unanswered(anna):
    job = enqueue("probe.count", args={"to": 1})
    job_cancel(job=job, by=anna)
    run_job(job.pk)
    assert Job.objects.get(pk=job.pk).attempts == 0
