"""What the database refuses, past every form."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from foundation.jobs.models import Job, JobAttempt, JobFile, JobProgress, JobSchedule, WorkerBeat

pytestmark = pytest.mark.django_db
State = Job.State


def make(**values):
    return Job.objects.create(kind="probe.count", title="Count", **values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "asleep"}, "job_finished_exactly_when_final"),
        ({"state": State.SUCCEEDED}, "job_finished_exactly_when_final"),
        ({"finished_at": timezone.now()}, "job_finished_exactly_when_final"),
        ({"state": State.RUNNING}, "job_running_was_counted"),
        ({"state": State.RUNNING, "started_at": timezone.now(), "token": 1}, "job_running_was_counted"),
        ({"state": State.FAILED, "finished_at": timezone.now()}, "job_trouble_is_explained"),
        ({"state": State.CANCELLED, "finished_at": timezone.now()}, "job_cancelled_was_asked_for"),
        ({"deaths": 4}, "job_deaths_within_limit"),
    ],
)
def test_refuses_a_job_that_contradicts_itself(values, constraint):
    job = make()
    with pytest.raises(IntegrityError, match=constraint):
        Job.objects.filter(pk=job.pk).update(**values)


def test_one_job_waits_and_one_runs_per_key():
    make(key="sync:1")
    make(key="sync:1", state=State.RUNNING, started_at=timezone.now(), attempts=1, token=1)
    with pytest.raises(IntegrityError, match="job_once_queued_once_running_per_key"):
        Job.objects.bulk_create([Job(kind="probe.count", title="Count", key="sync:1")])


def test_jobs_without_a_key_do_not_wait_for_each_other():
    make()
    make()
    assert Job.objects.count() == 2


def test_no_more_is_done_than_there_is_to_do():
    progress = JobProgress.objects.create(job=make(), total=10)
    with pytest.raises(IntegrityError, match="jobprogress_done_within_total"):
        JobProgress.objects.filter(pk=progress.pk).update(done=11)


def test_attempts_are_numbered_once():
    job = make()
    tries = [JobAttempt(job=job, number=1, token=token, worker="a") for token in (1, 2)]
    with pytest.raises(IntegrityError, match="jobattempt_number_once_per_job"):
        JobAttempt.objects.bulk_create(tries)


def test_attempt_that_is_over_has_a_finishing_time():
    attempt = JobAttempt.objects.create(job=make(), number=1, token=1, worker="a")
    with pytest.raises(IntegrityError, match="jobattempt_finished_exactly_when_over"):
        JobAttempt.objects.filter(pk=attempt.pk).update(outcome="died")


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "jobfile_name_not_blank"),
        ({"kind": "side"}, "jobfile_kind_known"),
        ({"name": "b.csv"}, "jobfile_name_once_per_kind"),
    ],
)
def test_refuses_a_file_that_cannot_be_named(values, constraint):
    job = make()
    files = [JobFile(job=job, kind="input", name=name, file=name) for name in ("a.csv", "b.csv")]
    JobFile.objects.bulk_create(files)
    with pytest.raises(IntegrityError, match=constraint):
        JobFile.objects.filter(name="a.csv").update(**values)


def test_worker_has_one_row():
    with pytest.raises(IntegrityError, match="workerbeat_name_unique"):
        WorkerBeat.objects.bulk_create([WorkerBeat(name="host:1"), WorkerBeat(name="host:1")])


def test_worker_stops_after_it_has_started():
    beat = WorkerBeat.objects.create(name="host:1")
    with pytest.raises(IntegrityError, match="workerbeat_stopped_after_start"):
        WorkerBeat.objects.update(stopped_at=beat.started_at - timezone.timedelta(seconds=1))


def test_kind_has_one_schedule():
    rows = [JobSchedule(kind="probe.hourly", next_at=timezone.now()) for _ in range(2)]
    with pytest.raises(IntegrityError, match="jobschedule_kind_unique"):
        JobSchedule.objects.bulk_create(rows)
