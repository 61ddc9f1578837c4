"""Processes really killed at named points of an import: nothing half done, nothing twice, and it goes on."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from customers.models import Account, Customer
from foundation.changes.models import Change
from foundation.jobs.claims import take_over
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing import jobs
from foundation.transfers.importing.runs import (
    run_apply,
    run_cancel,
    run_check,
    run_plan_undo,
    run_settle,
    run_undo,
)
from tests.factories import CustomerFactory
from tests.fixtures.waiting import wait_until
from tests.transfers.importing_tools import applied, checked, done, uploaded

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20
ROWS = "Name,External Id,Parent Name\n" + "".join(f"N{n},C{n},N{n // 2}\n" for n in range(1, 1_200)) + "N0,C0,\n"


def written():
    """Number of customers in the ledger."""
    return Change.objects.filter(table="customers_customer").count()


def killed(children, job, point):
    """Have another process do the job and die at a point; give the job back as the sweeper does."""
    script = (
        "from foundation.jobs.models import Job; from foundation.jobs.services import run_here;"
        f"run_here(Job.objects.get(pk={job.pk}))"
    )
    ended = children.manage("shell", "--no-imports", "-c", script, HUB_CRASH_POINT=point)
    assert ended.returncode == -9, ended.stderr
    job.refresh_from_db()
    with transaction.atomic():
        take_over(job.pk, job.token)
    return job


def went_on(job, run):
    """Do the job that was given back, here."""
    job = run_here(Job.objects.get(pk=job.pk))
    run.refresh_from_db()
    return job.state, run.state


@pytest.mark.parametrize("point", ["transfers.staging", "transfers.checked"])
def test_I1_a_check_that_was_killed_begins_anew(children, point):
    run = uploaded(ROWS)
    job = killed(children, run_check(run=run, ring=False), point)
    assert (went_on(job, run), run.counts["new"]) == (("succeeded", "checked"), 1_200)
    assert (Customer.objects.count(), written()) == (0, 0)


@pytest.mark.parametrize("point", ["transfers.slice:2", "transfers.applied"])
def test_I2_an_import_that_was_killed_has_written_nothing_and_goes_on(children, monkeypatch, point):
    run = checked(ROWS)
    job = killed(children, run_apply(run=run, check_token=run.check_token, ring=False), point)
    assert (Customer.objects.count(), Account.objects.count(), written()) == (0, 0, 0)
    assert (went_on(job, run), Customer.objects.count()) == (("succeeded", "applied"), 1_200)
    assert written() == 1_200


def test_a_check_that_was_killed_after_its_commit_leaves_alone_who_has_gone_on(children):
    """The person need not wait for the sweeper: what is checked can be imported."""
    run = uploaded(ROWS)
    job = killed(children, run_check(run=run, ring=False), "job.done")
    run.refresh_from_db()
    seen = run.check_token
    done(run_apply(run=run, check_token=seen, ring=False), run)
    assert went_on(job, run) == ("succeeded", "applied")
    assert (run.check_token, run.counts["new"]) == (seen, 1_200)


def test_an_import_that_was_killed_after_its_commit_is_not_done_twice(children):
    run = checked(ROWS)
    job = killed(children, run_apply(run=run, check_token=run.check_token, ring=False), "job.done")
    assert (Customer.objects.count(), written(), went_on(job, run)) == (1_200, 1_200, ("succeeded", "applied"))
    assert (written(), run.counts["new"]) == (1_200, 1_200)


def test_an_import_without_a_look_that_was_killed_after_its_commit_keeps_its_counts(children):
    run = uploaded(ROWS)
    job = killed(children, run_check(run=run, apply=True, ring=False), "job.done")
    assert (went_on(job, run), run.counts["new"], run.counts["unchanged"]) == (("succeeded", "applied"), 1_200, 0)


def test_an_import_that_was_stale_and_killed_writes_nothing_unseen(children):
    run = checked(ROWS)
    CustomerFactory(code="C5")
    job = killed(children, run_apply(run=run, check_token=run.check_token, ring=False), "job.done")
    assert (went_on(job, run), Customer.objects.count()) == (("failed", "checked"), 1)
    assert "was checked again" in run.error


def test_an_import_can_be_cancelled_and_clicked_again_while_it_is_being_written(monkeypatch):
    """Both come from other connections: neither waits for the transaction that writes."""
    run = checked(ROWS)
    job, really_apply = run_apply(run=run, check_token=run.check_token, ring=False), jobs.apply

    def apply(names, layout, on_rows):
        with ThreadPoolExecutor(1) as others:
            assert others.submit(clicked, run).result(PATIENCE) == job
        really_apply(names, layout, on_rows)
        wait_until(lambda: on_rows(0), seconds=PATIENCE)  # until it hears that it is to stop

    monkeypatch.setattr(jobs, "apply", apply)
    assert (went_on(job, run), Customer.objects.count()) == (("cancelled", "applying"), 0)
    assert run_settle(run).state == "checked"


def clicked(run):
    """Another click on Import, then one on Cancel."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")  # lest a failure waits for ever
    try:
        joined = run_apply(run=run, check_token=run.check_token)
        run_cancel(run=run, by=None)
        return joined
    finally:
        connection.close()


def test_I11_an_undo_that_was_killed_has_taken_nothing_back_and_goes_on(children):
    run = applied(ROWS)
    done(run_plan_undo(run=run, by=None, ring=False), run)
    job = killed(children, run_undo(run=run, by=None, ring=False), "undo.slice:1")
    assert Customer.objects.count() == 1_200
    assert (went_on(job, run), Customer.objects.count()) == (("succeeded", "undone"), 0)
