"""The pages of background work in a real browser: they move without being loaded again, and come to rest."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from foundation.identity.models import User
from foundation.jobs.claims import claim, finish
from foundation.jobs.models import Job, JobProgress, WorkerBeat
from foundation.jobs.services import enqueue
from foundation.jobs.testing import run_pending

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = Job.State
SETTLED = "#job-rows:not([hx-get])"


@pytest.fixture
def owner(superuser):
    return User.objects.create_staff("piotr@hub.example", name="Piotr Zieliński")


def work_on(job, done, message=""):
    JobProgress.objects.filter(job=job).update(done=done, total=1000, message=message)


def mark(page):
    """Leave a mark in the page that a reload would wipe out."""
    page.evaluate("window.notReloaded = true")


def was_not_reloaded(page):
    return page.evaluate("window.notReloaded === true")


def test_list_moves_without_a_reload_and_comes_to_rest(staff_page, owner, screenshot):
    enqueue("probe.fail", owner=owner, title="Import customers from northwind.csv")
    enqueue("probe.count", owner=owner, title="Export customers", args={"to": 91})
    run_pending()
    WorkerBeat.objects.create(name="host:1")
    enqueue("probe.slow", owner=owner, title="Import prices")
    job = claim(enqueue("probe.count", owner=owner, title="Import customers from spring.csv").pk)
    work_on(job, 250, "row 250")
    staff_page.goto(reverse("admin:jobs_job_changelist"))
    mark(staff_page)
    cell = staff_page.locator(f"#job-{job.pk}-progress")
    expect(cell).to_contain_text("25 %")
    work_on(job, 700, "row 700")
    expect(cell).to_contain_text("70 %")
    screenshot(staff_page, "jobs")
    finish(job, State.SUCCEEDED)
    Job.objects.filter(state=State.QUEUED).update(
        state=State.CANCELLED, finished_at=timezone.now(), cancel_requested_at=timezone.now()
    )
    expect(staff_page.locator(f"#job-{job.pk}-state")).to_have_text("Succeeded")
    expect(staff_page.locator(SETTLED)).to_have_count(1)
    assert was_not_reloaded(staff_page)


def test_page_of_a_job_moves_and_shows_its_end(staff_page, owner, screenshot):
    job = claim(enqueue("probe.count", owner=owner, title="Import customers from spring.csv").pk)
    work_on(job, 250, "Row 250: Nordwind Handels GmbH")
    staff_page.goto(job.get_absolute_url())
    mark(staff_page)
    expect(staff_page.get_by_text("250 of 1,000 (25 %)")).to_be_visible()
    screenshot(staff_page, "job-running")
    work_on(job, 1000)
    expect(staff_page.get_by_text("1,000 of 1,000 (100 %)")).to_be_visible()
    finish(
        job,
        State.SUCCEEDED,
        result={"new": 88, "changed": 3, "unchanged": 909},
        links=[{"label": "The 88 new customers", "url": "/admin/"}],
    )
    expect(staff_page.get_by_role("link", name="The 88 new customers")).to_be_visible()
    expect(staff_page.locator("#job-live[hx-get]")).to_have_count(0)
    assert was_not_reloaded(staff_page)
    screenshot(staff_page, "job-succeeded")


def test_job_is_cancelled_by_hand(staff_page, superuser):
    job = enqueue("probe.count", owner=superuser, title="Export customers")
    staff_page.goto(job.get_absolute_url())
    staff_page.get_by_role("link", name="Cancel").click()
    staff_page.get_by_role("button", name="Yes, stop it").click()
    expect(staff_page.get_by_text("The job is cancelled.")).to_be_visible()
    assert Job.objects.get(pk=job.pk).state == State.CANCELLED


def test_pages_fit_a_phone(phone_page, owner, screenshot):
    enqueue("probe.fail", owner=owner, title="Import customers from northwind.csv")
    (job,) = run_pending()
    for name, address in (("jobs-phone", reverse("admin:jobs_job_changelist")), ("job-phone", job.get_absolute_url())):
        phone_page.goto(address)
        expect(phone_page.get_by_text("Failed", exact=True).first).to_be_visible()
        assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
        screenshot(phone_page, name)


def test_dashboard_tells_about_silence_and_failures(staff_page, owner, screenshot):
    enqueue("probe.fail", owner=owner, title="Import customers from northwind.csv")
    run_pending()
    staff_page.goto(reverse("admin:index"))
    expect(staff_page.get_by_text("No worker has been seen for 3 minutes")).to_be_visible()
    expect(staff_page.get_by_role("link", name="Import customers from northwind.csv")).to_be_visible()
    screenshot(staff_page, "dashboard-jobs")
