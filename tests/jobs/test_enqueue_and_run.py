"""From enqueue to every kind of end, in one process."""

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from foundation.jobs.models import Job, JobAttempt, JobFile
from foundation.jobs.registry import UnknownJobKindError, job
from foundation.jobs.services import enqueue, job_cancel, job_run_again, run_here
from foundation.jobs.tasks import run_job
from foundation.jobs.testing import run_pending

pytestmark = pytest.mark.django_db
State = Job.State


def test_enqueue_records_the_job_and_rings(anna):
    job = enqueue("probe.count", owner=anna, args={"to": 3})
    assert (job.state, job.title, job.cluster, job.owner, job.attempts) == (State.QUEUED, "Count", "hub", anna, 0)
    bell = OrmQ.objects.get()
    job.refresh_from_db()
    assert (bell.key, bell.func(), bell.task["args"]) == ("hub", "foundation.jobs.tasks.run_job", (job.pk,))
    assert job.doorbell == bell.pk


def test_long_work_rings_at_the_slow_cluster():
    enqueue("probe.slow")
    assert OrmQ.objects.get().key == "slow"


def test_nothing_is_left_of_a_job_whose_transaction_is_rolled_back():
    with transaction.atomic():
        enqueue("probe.count", args={"to": 1})
        transaction.set_rollback(True)
    assert (Job.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_enqueue_refuses_an_unknown_kind():
    with pytest.raises(UnknownJobKindError, match="probe.nothing"):
        enqueue("probe.nothing")


def test_enqueue_refuses_contents_as_arguments():
    with pytest.raises(ValueError, match="ids and settings"):
        enqueue("probe.count", args={"rows": "x" * 10_001})


def test_two_handlers_cannot_share_a_kind():
    with pytest.raises(ValueError, match="Two handlers"):
        job("probe.count", title="Other")(lambda run: None)


def test_job_that_is_due_later_is_not_rung_for_and_not_claimed():
    job = enqueue("probe.count", args={"to": 1}, due_at=timezone.now() + timezone.timedelta(hours=1))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, OrmQ.objects.count()) == (State.QUEUED, 0)


def test_success_keeps_result_progress_and_attempt(anna):
    enqueue("probe.count", owner=anna, args={"to": 3})
    (job,) = run_pending()
    assert (job.state, job.result, job.attempts) == (State.SUCCEEDED, {"counted": 3}, 1)
    assert (job.progress.done, job.progress.total, job.progress.message) == (3, 3, "number 3")
    assert [(attempt.number, attempt.outcome) for attempt in job.tries.all()] == [(1, "succeeded")]


def test_expected_failure_says_why_and_keeps_links_and_counts():
    enqueue("probe.fail")
    (job,) = run_pending()
    assert (job.state, job.error) == (State.FAILED, "Row 3, column Country: “Atlantis” is no country.")
    assert (job.result, job.links) == ({"rows": 2}, [{"label": "Customers", "url": "/admin/"}])


def test_S7_bug_ends_as_crashed_with_a_reference_and_without_data_in_the_log(caplog):
    enqueue("probe.bug")
    (job,) = run_pending()
    assert (job.state, len(job.error_reference)) == (State.CRASHED, 8)
    assert "tell the people who run it" in job.error
    assert job.error_reference in caplog.text
    assert "ValueError" in caplog.text
    assert "hunter2" not in caplog.text
    assert "somebody@" not in caplog.text


def test_timeout_of_the_queue_ends_as_failed():
    job = enqueue("probe.timeout")
    with pytest.raises(SystemExit):
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error.split(",")[0]) == (State.FAILED, "It was stopped after 10 minutes")


def test_result_that_cannot_be_stored_ends_as_crashed():
    enqueue("probe.rubbish")
    (job,) = run_pending()
    assert job.state == State.CRASHED


def test_kind_that_has_gone_ends_as_failed():
    job = Job.objects.create(kind="probe.gone", title="Gone")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "probe.gone" in job.error) == (State.FAILED, True)


def test_second_ring_finds_nothing_to_do():
    job = enqueue("probe.count", args={"to": 1})
    run_job(job.pk)
    run_job(job.pk)
    assert JobAttempt.objects.filter(job=job).count() == 1


def test_E7_request_for_the_same_thing_joins_the_one_that_waits():
    first = enqueue("probe.count", args={"to": 1}, key="sync:1")
    assert enqueue("probe.count", args={"to": 1}, key="sync:1") == first
    assert (Job.objects.count(), OrmQ.objects.count()) == (1, 1)


def test_E7_request_made_during_a_run_waits_until_it_is_over():
    running = enqueue("probe.count", args={"to": 1}, key="sync:1")
    Job.objects.filter(pk=running.pk).update(state=State.RUNNING, started_at=timezone.now(), attempts=1, token=1)
    waiting = enqueue("probe.count", args={"to": 1}, key="sync:1")
    run_job(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == State.QUEUED


def test_end_of_a_run_rings_for_the_one_that_waits(handled_by):
    enqueue("probe.count", args={"to": 1}, key="sync:1")
    handled_by("probe.count", lambda run: enqueue("probe.slow", key="sync:1") and None)
    run_job(Job.objects.get().pk)
    waiting = Job.objects.get(state=State.QUEUED)
    assert OrmQ.objects.filter(key="slow").count() == 2
    assert OrmQ.objects.last().task["args"] == (waiting.pk,)


def test_cancel_of_a_waiting_job_ends_it_at_once(anna):
    job = job_cancel(job=enqueue("probe.count", args={"to": 1}), by=anna)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_by, job.attempts) == (State.CANCELLED, anna, 0)


def test_cancel_of_a_running_job_stops_it_at_its_next_safe_place(anna, handled_by):
    job = enqueue("probe.count", args={"to": 100})

    def handler(run):
        run.progress(1, 100)
        job_cancel(job=run.job, by=anna)
        run.check_cancelled()
        raise AssertionError("not reached")

    handled_by("probe.count", handler)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.progress.done, job.cancel_requested_by) == (State.CANCELLED, 1, anna)


def test_cancel_after_the_end_changes_nothing(anna):
    enqueue("probe.count", args={"to": 1})
    (job,) = run_pending()
    assert (job_cancel(job=job, by=anna).state, job.cancel_requested_at) == (State.SUCCEEDED, None)


def test_files_go_in_and_come_out_under_names_of_our_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    enqueue("probe.files", files={"in.csv": ContentFile(b"code,name")})
    (job,) = run_pending()
    given, made = job.files.order_by("kind")
    assert (given.name, made.name, made.kind) == ("in.csv", "copy.csv", JobFile.Kind.OUTPUT)
    with made.file.open("rb") as content:
        assert content.read() == b"CODE,NAME"
    assert "copy" not in made.file.name


def test_run_again_is_a_new_job_with_its_own_copy_of_the_files(anna, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    enqueue("probe.files", files={"in.csv": ContentFile(b"code,name")})
    (job,) = run_pending()
    again = job_run_again(job=job, by=anna)
    assert (again.owner, again.args, OrmQ.objects.filter(pk=again.doorbell).count()) == (anna, job.args, 0)
    assert again.files.get().file.name != job.files.get(kind="input").file.name
    assert run_pending()[-1].state == State.SUCCEEDED


def test_run_here_needs_no_worker():
    seen = []
    job = run_here(enqueue("probe.count", args={"to": 2}, ring=False), watch=lambda job: seen.append(job.progress.done))
    assert (job.state, seen, OrmQ.objects.count()) == (State.SUCCEEDED, [1, 2], 0)


@pytest.mark.django_db(transaction=True)
def test_E10_run_refuses_to_start_inside_a_transaction():
    job = enqueue("probe.count", args={"to": 1})
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        run_job(job.pk)
