"""What is removed after a while, and what stays."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ, Task

from foundation.jobs import retention
from foundation.jobs.models import Job, JobFile, WorkerBeat
from foundation.jobs.services import enqueue, job_file_add
from foundation.jobs.testing import run_pending

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def stored_files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def ended_days_ago(days):
    job = enqueue("probe.files", files={"in.csv": ContentFile(b"a")})
    run_pending()
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=days))
    return job


def tidy(callbacks):
    enqueue("jobs.tidy")
    with callbacks(execute=True):
        (job,) = run_pending()
    return job.result


def test_files_go_after_a_month_and_jobs_after_three(settings, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    kept, without_files, _gone = (ended_days_ago(days) for days in (29, 31, 91))
    result = tidy(django_capture_on_commit_callbacks)
    assert result == {"files": 4, "jobs": 1, "queue rows": 0, "workers": 0}
    assert set(Job.objects.exclude(kind="jobs.tidy")) == {kept, without_files}
    assert set(JobFile.objects.values_list("job", flat=True)) == {kept.pk}
    assert len(stored_files(settings)) == 2


def test_job_that_has_not_ended_is_kept(django_capture_on_commit_callbacks):
    job = Job.objects.create(kind="probe.count", title="Old", queued_at=timezone.now() - timedelta(days=400))
    job_file_add(job=job, kind=JobFile.Kind.INPUT, name="in.csv", file=ContentFile(b"a"))
    assert retention.jobs_prune(older_than=timedelta(days=90)) == 0
    assert retention.files_prune(older_than=timedelta(days=30)) == 0


def test_old_traces_of_queue_and_workers_go():
    old = timezone.now() - timedelta(days=91)
    Task.objects.create(id="1", name="a", func="a", started=old, stopped=old, success=False)
    OrmQ.objects.create(key="hub", payload="", lock=old)
    WorkerBeat.objects.create(name="host:1", started_at=old, seen_at=old)
    assert retention.queue_rows_prune(older_than=timedelta(days=90)) == 2
    assert retention.workers_prune(older_than=timedelta(days=1)) == 1


def test_result_of_an_earlier_attempt_is_replaced(settings, django_capture_on_commit_callbacks, handled_by):
    def handler(run):
        run.attach("out.csv", ContentFile(b"first"))
        run.attach("out.csv", ContentFile(b"second"))

    handled_by("probe.count", handler)
    enqueue("probe.count")
    with django_capture_on_commit_callbacks(execute=True):
        run_pending()
    assert [path.read_bytes() for path in stored_files(settings)] == [b"second"]
