"""The worker command as real processes on this test's database, killed in every way it can be."""

import json
import signal

import psutil
import pytest
from django.utils import timezone
from django_q.models import OrmQ

from foundation.identity.models import User
from foundation.jobs.models import Job, JobSchedule, WorkerBeat
from foundation.jobs.schedules import schedules_reconcile
from foundation.jobs.selectors import worker_is_alive
from foundation.jobs.services import enqueue, job_cancel
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
State = Job.State
PATIENCE = 60  # seconds, for a busy machine
QUICK = {
    "beat": 0.2,
    "progress": 0.05,
    "takeover": 1.5,
    "bell": 0.3,
    "sweep": 0.3,
    "watchdog": 60,
    "worker_beat": 0.3,
    "tick": 0.05,
}


@pytest.fixture
def start_worker(children):
    """Start `manage.py worker` for everyday work, none of it by the clock, and wait until it has shown life."""
    schedules_reconcile()
    JobSchedule.objects.update(next_at=timezone.now() + timezone.timedelta(days=1))

    def start(workers=1, **timing):
        surroundings = {
            "DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings",
            "PROBE_TIMING": json.dumps(QUICK | timing),
            "PROBE_WORKERS": str(workers),
        }
        process = children.start("worker", "--only", "hub", **surroundings)
        wait_until(lambda: WorkerBeat.objects.exists(), seconds=PATIENCE)
        return process

    return start


@pytest.fixture
def waiting_job(tmp_path):
    """A job that runs until `go()`; `pid()` is the process that does it."""

    class Waiting:
        def __init__(self):
            self.job = enqueue("probe.wait", args={"directory": str(tmp_path)})

        def pid(self):
            path = tmp_path / "pid"
            wait_until(lambda: path.exists() and path.read_text(), seconds=PATIENCE)
            return int(path.read_text())

        def go(self):
            (tmp_path / "go").touch()

    return Waiting


def ended(job):
    wait_until(lambda: Job.objects.get(pk=job.pk).is_final, seconds=PATIENCE)
    return Job.objects.get(pk=job.pk)


def outcomes(job):
    return [attempt.outcome for attempt in job.tries.order_by("number")]


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def idle_processes(process):
    return {one.pid: one for one in family(process) if title(one).endswith("idle")}


def has_gone(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def title(process):
    try:
        return process.cmdline()[0]
    except (psutil.NoSuchProcess, IndexError):
        return ""


def test_worker_does_jobs_and_ends_in_good_order(start_worker, waiting_job):
    worker = start_worker()
    waiting = waiting_job()
    waiting.pid()
    worker.send_signal(signal.SIGTERM)
    waiting.go()
    assert worker.wait(PATIENCE) == 0
    assert outcomes(ended(waiting.job)) == ["succeeded"]
    assert WorkerBeat.objects.get().stopped_at is not None


@pytest.mark.parametrize("noticed_by", [{"takeover": 3600}, {"beat": 3600, "takeover": 2}], ids=["guard", "silence"])
def test_E10_killed_worker_is_noticed_and_the_job_runs_again(noticed_by, start_worker, waiting_job):
    start_worker(**noticed_by)
    waiting = waiting_job()
    doer = psutil.Process(waiting.pid())
    doer.kill()
    wait_until(lambda: has_gone(doer))
    waiting.go()
    job = ended(waiting.job)
    assert (outcomes(job), job.attempts) == (["died", "succeeded"], 2)


def test_E10_task_that_kills_its_worker_runs_three_times_and_then_needs_a_person(start_worker):
    start_worker(takeover=0.6)
    job = ended(enqueue("probe.die"))
    assert (job.state, job.attempts, outcomes(job)) == (State.CRASHED, 3, ["died"] * 3)
    assert job.error.startswith("This needs a person: its worker died 3 times")


def test_E11_lost_doorbells_cost_one_sweep(start_worker, waiting_job):
    start_worker()
    waiting = waiting_job()
    waiting.pid()
    later = [enqueue("probe.count", args={"to": 1}) for _ in range(2)]
    OrmQ.objects.all().delete()
    waiting.go()
    assert [ended(job).state for job in later] == [State.SUCCEEDED] * 2


def test_cluster_that_hangs_with_room_is_started_again(start_worker):
    """Kill the idle processes: the one that held the queue's lock takes it into its grave, and nothing is taken."""
    worker = start_worker(workers=2, watchdog=1.5)
    wait_until(lambda: len(idle_processes(worker)) == 2, seconds=PATIENCE)
    former = idle_processes(worker)
    for process in former.values():
        process.kill()
    wait_until(lambda: len(idle_processes(worker).keys() - former.keys()) == 2, seconds=PATIENCE)
    job = enqueue("probe.count", args={"to": 1})
    assert ended(job).state == State.SUCCEEDED
    assert WorkerBeat.objects.get().restarts >= 1


def test_killed_main_process_takes_its_children_along_and_is_started_again(start_worker, waiting_job):
    worker = start_worker()
    waiting = waiting_job()
    waiting.pid()
    former = family(worker)
    (main,) = psutil.Process(worker.pid).children()
    main.kill()
    wait_until(lambda: all(has_gone(process) for process in former))
    waiting.go()
    assert outcomes(ended(waiting.job)) == ["died", "succeeded"]


def test_nothing_outlives_a_killed_worker(start_worker, waiting_job):
    worker = start_worker()
    waiting = waiting_job()
    waiting.pid()
    former = family(worker)
    assert len(former) >= 5
    worker.kill()
    waiting.go()  # what runs may finish
    assert ended(waiting.job).state == State.SUCCEEDED
    wait_until(lambda: all(has_gone(process) for process in former), seconds=PATIENCE)


def test_job_of_a_worker_that_was_stopped_goes_on_elsewhere_without_blame(start_worker, waiting_job):
    worker = start_worker(stop=0.3)
    waiting = waiting_job()
    waiting.pid()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    job = Job.objects.get(pk=waiting.job.pk)
    assert (job.state, job.deaths, outcomes(job)) == (State.QUEUED, 0, ["released"])


def test_cancel_reaches_a_running_job_inside_its_transaction(start_worker, waiting_job):
    anna = User.objects.create_superuser("anna@example.com")
    start_worker()
    waiting = waiting_job()
    waiting.pid()
    wait_until(lambda: Job.objects.get(pk=waiting.job.pk).progress.message == "waiting", seconds=PATIENCE)
    job_cancel(job=waiting.job, by=anna)
    job = ended(waiting.job)
    assert (job.state, job.cancel_requested_by, job.progress.done) == (State.CANCELLED, anna, 1)


def test_kill_between_the_work_and_its_end_runs_the_job_again(children, tmp_path, start_worker):
    children.environment |= {"HUB_CRASH_POINT": "job.done:1", "HUB_CRASH_COUNTS": str(tmp_path)}
    start_worker()
    job = ended(enqueue("probe.count", args={"to": 1}))
    assert (job.state, outcomes(job)) == (State.SUCCEEDED, ["died", "succeeded"])
    assert (tmp_path / "job.done").stat().st_size == 2


def test_worker_is_seen_with_its_version(start_worker, settings):
    start_worker()
    assert worker_is_alive()
    assert WorkerBeat.objects.get().version == settings.VERSION


def test_silent_worker_is_not_alive():
    WorkerBeat.objects.create(name="host:1", seen_at=timezone.now() - timezone.timedelta(seconds=181))
    assert not worker_is_alive()
