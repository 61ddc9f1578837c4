"""What the sweeper finds and mends, by the database's clock moved past its patience."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone
from django_q.models import OrmQ

from foundation.jobs import sweeper
from foundation.jobs.claims import claim, finish, take_over
from foundation.jobs.models import Job, JobAttempt, JobProgress, JobSchedule
from foundation.jobs.selectors import cluster_hangs, oldest_waiting_seconds
from foundation.jobs.services import enqueue
from foundation.jobs.sweeper import give_up_dead_runs, ring_lost_bells, sweep
from foundation.jobs.testing import run_pending

pytestmark = pytest.mark.django_db
State = Job.State


def seconds_ago(seconds):
    return timezone.now() - timedelta(seconds=seconds)


def running(silent_for=0, key="", **values):
    """A claimed job whose last sign of life is that old."""
    job = claim(enqueue("probe.count", args={"to": 1}, key=key).pk)
    JobProgress.objects.filter(job=job).update(heartbeat_at=seconds_ago(silent_for))
    Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def test_E9_healthy_long_run_is_not_taken_over():
    job = running(silent_for=9, started_at=seconds_ago(600))
    assert give_up_dead_runs() == 0
    assert Job.objects.get(pk=job.pk).state == State.RUNNING


def test_E9_silent_run_is_taken_over_with_a_new_token():
    job = running(silent_for=61)
    assert give_up_dead_runs() == 1
    again = Job.objects.get(pk=job.pk)
    assert (again.state, again.deaths, again.token > job.token) == (State.QUEUED, 1, True)
    assert OrmQ.objects.filter(pk=again.doorbell).exists()
    assert [attempt.outcome for attempt in again.tries.all()] == ["died"]


def test_E6_run_given_up_for_dead_can_write_nothing_more():
    job = running(silent_for=61)
    give_up_dead_runs()
    assert finish(job, State.SUCCEEDED, result={"stale": True}) is False
    again = Job.objects.get(pk=job.pk)
    assert (again.state, again.result) == (State.QUEUED, None)


def test_E10_third_death_without_progress_needs_a_person():
    job = running(silent_for=61, deaths=2)
    give_up_dead_runs()
    job.refresh_from_db()
    assert (job.state, job.deaths) == (State.CRASHED, 3)
    assert job.error.startswith("This needs a person: its worker died 3 times")


def test_E10_progress_resets_the_count_of_deaths():
    job = running(silent_for=61, deaths=2)
    JobProgress.objects.filter(job=job).update(done=5)
    give_up_dead_runs()
    job.refresh_from_db()
    assert (job.state, job.deaths, job.progress.furthest) == (State.QUEUED, 0, 5)


def test_E10_getting_as_far_as_before_is_no_progress():
    job = running(silent_for=61, deaths=2)
    JobProgress.objects.filter(job=job).update(done=5, furthest=5)
    give_up_dead_runs()
    job.refresh_from_db()
    assert job.state == State.CRASHED


def test_dead_run_that_was_to_be_cancelled_is_cancelled():
    job = running(silent_for=61, cancel_requested_at=timezone.now())
    give_up_dead_runs()
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_dead_run_leaves_the_rest_to_the_one_that_waits_for_the_same_thing():
    job = running(silent_for=61, key="sync:1")
    waiting = enqueue("probe.count", args={"to": 1}, key="sync:1")
    OrmQ.objects.all().delete()
    give_up_dead_runs()
    job.refresh_from_db()
    assert (job.state, "is waiting and does the rest" in job.error) == (State.FAILED, True)
    assert OrmQ.objects.get().task["args"] == (waiting.pk,)


def test_stopped_worker_is_no_death():
    job = running()
    take_over(job.pk, job.token, counts=False)
    job.refresh_from_db()
    assert (job.state, job.deaths, job.tries.get().outcome) == (State.QUEUED, 0, "released")


def test_E11_job_whose_bell_is_lost_is_rung_for():
    job = enqueue("probe.count", args={"to": 1})
    OrmQ.objects.all().delete()
    Job.objects.update(rung_at=seconds_ago(31))
    assert ring_lost_bells() == 1
    assert OrmQ.objects.get().task["args"] == (job.pk,)


def test_E11_job_that_was_never_rung_for_is_rung_for_when_due():
    enqueue("probe.count", args={"to": 1}, due_at=timezone.now() + timedelta(hours=1))
    Job.objects.update(queued_at=seconds_ago(7200))
    assert ring_lost_bells() == 0
    Job.objects.update(due_at=seconds_ago(1))
    assert ring_lost_bells() == 1


def test_bell_that_still_hangs_in_a_long_queue_is_not_rung_twice():
    enqueue("probe.count", args={"to": 1})
    Job.objects.update(rung_at=seconds_ago(3600))
    assert ring_lost_bells() == 0


def test_bell_that_went_into_a_dead_workers_memory_is_rung_again():
    enqueue("probe.count", args={"to": 1})
    OrmQ.objects.update(lock=timezone.now() + timedelta(seconds=1400))
    Job.objects.update(rung_at=seconds_ago(60))
    assert ring_lost_bells() == 0
    Job.objects.update(rung_at=seconds_ago(121))
    assert ring_lost_bells() == 1


def test_job_that_waits_for_its_like_is_not_rung_for():
    running(key="sync:1")
    enqueue("probe.count", args={"to": 1}, key="sync:1")
    OrmQ.objects.all().delete()
    Job.objects.update(rung_at=seconds_ago(3600))
    assert ring_lost_bells() == 0


def test_oldest_waiting_job_is_measured_from_when_it_was_due():
    enqueue("probe.count", args={"to": 1})
    assert oldest_waiting_seconds() == 0
    Job.objects.update(due_at=seconds_ago(90))
    assert oldest_waiting_seconds() in (90, 91)
    assert oldest_waiting_seconds(cluster="slow") == 0


def test_cluster_hangs_only_with_room_and_without_a_claim():
    enqueue("probe.count", args={"to": 1})
    assert not cluster_hangs("hub", worker="host:1/hub", size=1)
    Job.objects.update(due_at=seconds_ago(61), rung_at=seconds_ago(61))
    assert cluster_hangs("hub", worker="host:1/hub", size=1)
    attempt = JobAttempt.objects.create(job=running(), number=9, token=9, worker="host:1/hub")
    assert not cluster_hangs("hub", worker="host:1/hub", size=2)  # it took something just now
    JobAttempt.objects.filter(pk=attempt.pk).update(started_at=seconds_ago(600))
    assert not cluster_hangs("hub", worker="host:1/hub", size=1)  # it is busy
    assert cluster_hangs("hub", worker="host:1/hub", size=2)


def test_E7_schedules_follow_the_code_and_make_up_for_nothing():
    JobSchedule.objects.create(kind="probe.gone", next_at=timezone.now())
    sweep()
    assert "probe.gone" not in JobSchedule.objects.values_list("kind", flat=True)
    assert Job.objects.filter(kind="probe.hourly").count() == 1
    run_pending()
    JobSchedule.objects.update(next_at=seconds_ago(8 * 3600))
    sweep()
    sweep()
    assert Job.objects.filter(kind="probe.hourly").count() == 2
    assert JobSchedule.objects.get(kind="probe.hourly").next_at > timezone.now() + timedelta(minutes=59)


def test_E7_periodic_job_does_not_pile_up_behind_itself():
    for _ in range(3):
        sweep()
        JobSchedule.objects.update(next_at=seconds_ago(1))
    assert Job.objects.filter(kind="probe.hourly").count() == 1


def test_part_that_fails_does_not_keep_the_others_from_being_done(monkeypatch, caplog):
    done = []
    monkeypatch.setattr(sweeper, "_sweeps", {"bad": lambda: 1 / 0, "good": lambda: done.append(1)})
    assert sweep()
    assert done == [1]
    assert "a part failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_only_one_worker_sweeps_at_a_time():
    results = []

    def other():
        try:
            results.append(sweep())
        finally:
            connections["default"].close()

    with transaction.atomic():
        assert sweep()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert results == [False]


@pytest.mark.django_db(transaction=True)
def test_run_that_somebody_works_for_in_a_transaction_is_left_alone():
    """The fence of a run about to commit holds its row: the takeover passes by instead of waiting."""
    job = running(silent_for=61)
    results = []

    def other():
        try:
            results.append(give_up_dead_runs_in_a_transaction())
        finally:
            connections["default"].close()

    def give_up_dead_runs_in_a_transaction():
        with transaction.atomic():
            return give_up_dead_runs()

    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert results == [0]
