"""The pages of background work: who sees what, what moves, what may be done."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Failure, OrmQ, Schedule, Success

from foundation.identity.models import User
from foundation.jobs.claims import claim
from foundation.jobs.models import Job, JobFile, JobProgress, WorkerBeat
from foundation.jobs.services import enqueue, job_file_add
from foundation.jobs.testing import run_pending

pytestmark = pytest.mark.django_db
State = Job.State
LIST = "admin:jobs_job_changelist"
HTMX = {"HX-Request": "true"}


def sign_in(user):
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


@pytest.fixture
def boss(anna):
    """Anna may do everything."""
    return sign_in(anna)


@pytest.fixture
def ben(db):
    return User.objects.create_staff("ben@example.com", name="Ben")


@pytest.fixture
def clerk(ben):
    """Ben works here and has no right beyond that."""
    return sign_in(ben)


def job_url(job, page="change"):
    return reverse(f"admin:jobs_job_{page}", args=[job.pk])


def running(**values):
    job = claim(enqueue("probe.count", args={"to": 8}, **values).pk)
    JobProgress.objects.filter(job=job).update(done=2, total=8, message="two of eight")
    return job


def test_S1_list_shows_own_jobs_to_a_clerk_and_all_to_who_may(ben, clerk, anna, boss):
    enqueue("probe.count", owner=ben, title="Of Ben")
    enqueue("probe.count", owner=anna, title="Of Anna")
    assert ["Of Ben" in clerk.get(reverse(LIST)).text, "Of Anna" in clerk.get(reverse(LIST)).text] == [True, False]
    assert ["Of Ben" in boss.get(reverse(LIST)).text, "Of Anna" in boss.get(reverse(LIST)).text] == [True, True]


@pytest.mark.parametrize("page", ["change", "live", "cancel", "again"])
def test_S1_others_jobs_do_not_exist_for_a_clerk(page, clerk, anna):
    job = enqueue("probe.count", owner=anna)
    assert clerk.get(job_url(job, page), headers=HTMX).status_code == 404


def test_pages_are_for_staff(anna):
    job = enqueue("probe.count", owner=anna)
    for address in (reverse(LIST), job_url(job), job_url(job, "live"), reverse("admin:jobs_job_rows")):
        assert Client(headers={"host": "localhost"}).get(address).status_code == 302


def test_list_takes_as_many_queries_for_many_jobs(boss, anna, django_assert_max_num_queries):
    for _ in range(30):
        enqueue("probe.count", owner=anna)
    boss.get(reverse(LIST))
    with django_assert_max_num_queries(12):
        boss.get(reverse(LIST))


def test_list_fetches_fresh_cells_only_while_something_is_at_work(boss):
    job = running()
    address = f"{reverse('admin:jobs_job_rows')}?ids={job.pk}"
    assert f'hx-get="{address}"' in boss.get(reverse(LIST)).text
    Job.objects.update(state=State.SUCCEEDED, finished_at=timezone.now())
    assert reverse("admin:jobs_job_rows") not in boss.get(reverse(LIST)).text


def test_fresh_cells_show_progress_and_stop_asking_at_the_end(boss):
    job = running()
    address = f"{reverse('admin:jobs_job_rows')}?ids={job.pk}"
    live = boss.get(address, headers=HTMX).text
    assert f'id="job-{job.pk}-progress" hx-swap-oob="true"' in live
    assert ("25 %" in live, f'hx-get="{address}"' in live) == (True, True)
    Job.objects.update(state=State.SUCCEEDED, finished_at=timezone.now())
    over = boss.get(address, headers=HTMX).text
    assert ("Succeeded" in over, "hx-get" in over) == (True, False)


def test_fresh_cells_are_scoped_and_survive_rubbish(clerk, anna):
    job = enqueue("probe.count", owner=anna)
    rows = reverse("admin:jobs_job_rows")
    for ids in (str(job.pk), "x,1", "", "1;drop"):
        assert clerk.get(rows, {"ids": ids}, headers=HTMX).text.strip() == '<div id="job-rows"></div>'


def test_page_of_a_running_job_shows_progress_and_asks_again(boss):
    job = running()
    page = boss.get(job_url(job)).text
    assert ("2 of 8 (25 %)" in page, "two of eight" in page) == (True, True)
    assert f'hx-get="{job_url(job, "live")}"' in page
    assert "2 of 8 (25 %)" in boss.get(job_url(job, "live"), headers=HTMX).text


def test_live_part_opened_by_hand_leads_to_the_page(boss):
    job = running()
    assert boss.get(job_url(job, "live")).url == job_url(job)
    assert boss.get(reverse("admin:jobs_job_rows")).url == reverse(LIST)


def test_page_of_an_ended_job_shows_result_error_links_and_attempts(boss):
    enqueue("probe.fail")
    (job,) = run_pending()
    page = boss.get(job_url(job)).text
    for part in ("Atlantis", "<dt>rows</dt>", ">Customers</a>", "Ended as", "Run again"):
        assert part in page
    assert job_url(job, "live") not in page


def test_page_of_a_crashed_job_gives_the_reference(boss):
    enqueue("probe.bug")
    (job,) = run_pending()
    assert f"<strong>{job.error_reference}</strong>" in boss.get(job_url(job)).text


def test_files_are_downloads_whatever_they_contain(boss, anna):
    job = enqueue("probe.count", owner=anna)
    file = job_file_add(job=job, kind=JobFile.Kind.OUTPUT, name="evil\r\n.html", file=ContentFile(b"<script>"))
    response = boss.get(file.get_absolute_url())
    assert response.getvalue() == b"<script>"
    assert response["Content-Disposition"].startswith("attachment")
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/octet-stream")


def test_S9_files_of_others_are_not_handed_out(clerk, ben, anna):
    file = job_file_add(
        job=enqueue("probe.count", owner=anna), kind=JobFile.Kind.OUTPUT, name="a.csv", file=ContentFile(b"a")
    )
    own = enqueue("probe.count", owner=ben)
    assert clerk.get(file.get_absolute_url()).status_code == 404
    assert clerk.get(reverse("admin:jobs_job_file", args=[own.pk, file.pk])).status_code == 404


def test_file_that_is_gone_is_not_found(boss, anna):
    job = enqueue("probe.count", owner=anna)
    file = JobFile.objects.create(job=job, kind=JobFile.Kind.OUTPUT, name="a.csv", file="jobs/nowhere")
    assert boss.get(file.get_absolute_url()).status_code == 404


def test_cancel_asks_first_and_then_does_it(clerk, ben):
    job = enqueue("probe.count", owner=ben)
    assert "Stop this job?" in clerk.get(job_url(job, "cancel")).text
    clerk.post(job_url(job, "cancel"))
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
    response = clerk.post(job_url(job, "cancel"), {"confirmed": "yes"}, follow=True)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested_by) == (State.CANCELLED, ben)
    assert "The job is cancelled." in response.text


def test_cancel_of_a_running_job_says_that_it_takes_a_moment(boss):
    job = running()
    assert "told to stop" in boss.post(job_url(job, "cancel"), {"confirmed": "yes"}, follow=True).text
    assert "Stopping" in boss.get(job_url(job)).text


def test_cancel_of_an_ended_job_leads_back_to_it(boss):
    enqueue("probe.count", args={"to": 1})
    (job,) = run_pending()
    assert boss.get(job_url(job, "cancel")).url == job_url(job)
    assert "had ended already" in boss.post(job_url(job, "cancel"), {"confirmed": "yes"}, follow=True).text


def test_S2_seeing_all_jobs_is_not_the_right_to_stop_or_repeat_them(ben, anna):
    ben.user_permissions.add(permission("view_all_jobs"))
    client = sign_in(ben)
    waiting = enqueue("probe.slow", owner=anna)
    enqueue("probe.count", owner=anna, args={"to": 1})
    done = run_pending()[-1]
    Job.objects.filter(pk=waiting.pk).update(state=State.QUEUED, finished_at=None)
    assert client.post(job_url(waiting, "cancel"), {"confirmed": "yes"}).status_code == 403
    assert client.post(job_url(done, "again"), {"confirmed": "yes"}).status_code == 403
    assert Job.objects.count() == 2


def test_run_again_asks_first_and_leads_to_the_new_job(boss, anna):
    enqueue("probe.count", args={"to": 1})
    (job,) = run_pending()
    assert "in your name" in boss.get(job_url(job, "again")).text
    response = boss.post(job_url(job, "again"), {"confirmed": "yes"})
    again = Job.objects.get(state=State.QUEUED)
    assert (again.owner, again.args, response.url) == (anna, job.args, job_url(again))


def test_job_that_must_not_be_repeated_offers_no_button(boss):
    enqueue("probe.once")
    (job,) = run_pending()
    assert "Run again" not in boss.get(job_url(job)).text
    assert boss.post(job_url(job, "again"), {"confirmed": "yes"}).status_code == 403


def act(client, action, jobs, **more):
    return client.post(
        reverse(LIST), {"action": action, "_selected_action": [job.pk for job in jobs], **more}, follow=True
    )


def test_selected_jobs_are_cancelled_after_a_question(boss, anna):
    jobs = [enqueue("probe.count", owner=anna) for _ in range(2)]
    assert "Stop 2 jobs?" in act(boss, "cancel_selected", jobs).text
    assert "2 jobs are told to stop." in act(boss, "cancel_selected", jobs, confirmed="yes").text
    assert set(Job.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_selected_jobs_run_again_after_a_question(boss, anna):
    enqueue("probe.count", owner=anna, args={"to": 1})
    jobs = run_pending()
    assert "Run 1 job again?" in act(boss, "run_selected_again", jobs).text
    act(boss, "run_selected_again", jobs, confirmed="yes")
    assert Job.objects.filter(state=State.QUEUED).count() == 1


def test_action_on_jobs_that_have_ended_says_so(boss):
    enqueue("probe.once")
    jobs = run_pending()
    assert "None of these jobs is waiting or running" in act(boss, "cancel_selected", jobs).text
    assert "None of these jobs can be run again" in act(boss, "run_selected_again", jobs).text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("look=trouble", {"Fail", "Bug"}),
        ("look=bugs", {"Bug"}),
        ("kind=probe.slow", {"Slow"}),
        ("by=me", {"Slow"}),
        ("by=clock", {"Fail", "Bug"}),
        ("state__exact=succeeded", {"Slow"}),
        ("q=slo", {"Slow"}),
    ],
)
def test_filters_answer_questions(query, titles, boss, anna):
    enqueue("probe.slow", owner=anna)
    enqueue("probe.fail")
    enqueue("probe.bug")
    run_pending()
    shown = boss.get(f"{reverse(LIST)}?{query}").context_data["cl"].result_list
    assert {job.title for job in shown} == titles


def permission(codename):
    from django.contrib.auth.models import Permission

    return Permission.objects.get(codename=codename)


ROWS = {
    Schedule: {"name": "evil", "func": "os.system", "args": "'true'", "schedule_type": "O", "repeats": "-1"},
    Success: {"name": "a"},
    Failure: {"name": "a"},
    OrmQ: {"key": "hub"},
    Job: {"kind": "probe.count", "title": "a"},
    WorkerBeat: {"name": "a"},
}


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_S2_superuser_cannot_write_the_queues_rows(model, boss):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    now = timezone.now()
    if model in (Success, Failure):
        row = model.objects.create(
            id="1", name="a", func="os.getpid", started=now, stopped=now, success=model is Success
        )
    elif model is OrmQ:
        row = OrmQ.objects.create(key="hub", payload="", lock=now)
    elif model is Job:
        row = enqueue("probe.count")
    else:
        row = model.objects.create(**({"func": "os.getpid"} if model is Schedule else {}))
    before = model.objects.values().get()
    assert boss.get(reverse(f"{name}_changelist")).status_code == 200
    assert boss.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert boss.post(reverse(f"{name}_add"), ROWS[model]).status_code == 403
    assert boss.post(reverse(f"{name}_change", args=[row.pk]), ROWS[model]).status_code in (403, 405)
    assert boss.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    for action in ("delete_selected", "resubmit_task"):
        boss.post(reverse(f"{name}_changelist"), {"action": action, "_selected_action": [row.pk], "post": "yes"})
    assert model.objects.values().get() == before


def test_clerk_sees_nothing_of_the_queues_tables(clerk):
    for model in (Schedule, Success, Failure, OrmQ):
        address = reverse(f"admin:django_q_{model._meta.model_name}_changelist")
        assert clerk.get(address).status_code == 403


def dashboard(client):
    return client.get(reverse("admin:index")).text


def test_dashboard_says_when_no_worker_has_been_seen_for_three_minutes(boss):
    assert "No worker has been seen for 3 minutes: start one with <code>manage.py worker</code>." in dashboard(boss)
    WorkerBeat.objects.create(name="host:1")
    assert "No worker has been seen" not in dashboard(boss)
    WorkerBeat.objects.update(seen_at=timezone.now() - timezone.timedelta(seconds=181))
    assert "No worker has been seen" in dashboard(boss)


def test_dashboard_shows_what_failed_and_how_much_was_done(clerk, ben, anna):
    enqueue("probe.fail", owner=ben, title="Failed for Ben")
    enqueue("probe.fail", owner=anna, title="Failed for Anna")
    run_pending()
    page = dashboard(clerk)
    assert ("Failed for Ben" in page, "Failed for Anna" in page, "Jobs today" in page) == (True, False, True)


def test_dashboard_is_silent_about_what_failed_yesterday(boss):
    enqueue("probe.fail", title="Long ago")
    run_pending()
    Job.objects.update(finished_at=timezone.now() - timezone.timedelta(days=2))
    assert "Long ago" not in dashboard(boss)
