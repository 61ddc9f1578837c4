"""The page of an import while it is applied, at work, lost or somebody else's."""

import pytest
from django.db import connection
from django.urls import reverse

from customers.models import Customer
from foundation.changes.models import ChangeSet, Source
from foundation.jobs.models import Job
from foundation.jobs.services import job_cancel
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportRun
from tests.factories import CustomerFactory, UserFactory
from tests.transfers.admin.conftest import lose_staging, open_page, post, url, words

pytestmark = pytest.mark.django_db
PAGES = ("page", "arrange", "undo", "log", "refused")
BUTTONS = ("check", "create_missing", "apply", "cancel", "forget", "prepare_undo", "undo")


def test_import_writes_reports_and_leads_on(client, applied, office):
    run = applied("Name,Tax code\nAda,\nBob,NOPE\n")
    page = open_page(client, run)
    change_set = ChangeSet.objects.get(source=Source.IMPORT)
    assert list(Customer.objects.values_list("name", "owner")) == [("Ada", office.pk)]
    assert "1 row is in." in page
    assert reverse("admin:customers_customer_changelist") in page
    assert reverse("admin:changes_changeset_change", args=[change_set.pk]) in page
    assert "Undo this import…" in page
    assert "NOPE" in page


def test_new_rows_lead_to_their_records_once_they_are_in(client, applied):
    run = applied("Name\nAda\n")
    record = reverse("admin:customers_customer_overview", args=[Customer.objects.get().pk])
    assert f'href="{record}"' in open_page(client, run, tab="new")


def test_a_double_click_imports_once(client, checked):
    run = checked("Name\nAda\n")
    post(client, run, "apply", check_token=run.check_token)
    post(client, run, "apply", check_token=run.check_token)
    run_pending()
    post(client, run, "apply", check_token=run.check_token)
    assert (Job.objects.filter(kind="transfers.apply").count(), Customer.objects.count()) == (1, 1)


@pytest.mark.parametrize("token", ["11111111-1111-4111-8111-111111111111", "", "no token"])
def test_I1_a_token_of_another_check_imports_nothing(client, checked, token):
    run = checked("Name\nAda\n")
    page = words(post(client, run, "apply", check_token=token))
    assert "look at the new preview first" in page or "Open the preview again" in page
    assert not Job.objects.filter(kind="transfers.apply").exists()


def test_I1_a_second_tab_that_shows_an_older_check_imports_nothing(client, checked):
    run = checked("Name\nAda\n")
    older = run.check_token
    post(client, run, "check")
    run_pending()
    assert "The file was checked again meanwhile" in words(post(client, run, "apply", check_token=older))
    assert not Customer.objects.exists()


def test_records_changed_since_the_check_bring_a_new_preview(client, checked):
    customer = CustomerFactory(name="Old", code="O")
    run = checked("Code,Name\nO,New\n")
    Customer.objects.filter(pk=customer.pk).update(name="By hand")
    post(client, run, "apply", check_token=run.check_token)
    run_pending()
    page = open_page(client, run)
    assert "were changed since the check, so it was checked again" in page
    assert "By hand" in page
    customer.refresh_from_db()
    assert customer.name == "By hand"


def test_import_without_a_check_is_refused(client, upload):
    upload("Name,Shoe size\nAda,42\n")
    run = ImportRun.objects.get()
    assert "the import is “Uploaded”" in words(post(client, run, "apply", check_token=run.check_token))


def test_while_a_job_is_at_work_the_page_asks_twice_a_second(client, upload):
    upload("Name\nAda\n")
    run = ImportRun.objects.get()
    page = open_page(client, run)
    assert f'hx-get="{url(run, "live")}" hx-trigger="every 0.5s"' in page
    assert "Waits for a worker" in page
    run_pending()
    part = words(client.get(url(run, "live"), headers={"HX-Request": "true"}))
    assert ("hx-get" in part, "Import 1 row now" in part, "<html" in part) == (False, True, False)


def test_the_moving_part_alone_is_no_page(client, checked):
    run = checked("Name\nAda\n")
    assert client.get(url(run, "live")).url == url(run)


def test_a_cancelled_check_leaves_a_file_that_can_be_checked_again(client, upload):
    upload("Name\nAda\n")
    run = ImportRun.objects.get()
    page = words(post(client, run, "cancel"))
    run.refresh_from_db()
    assert (run.state, Job.objects.get().state) == ("uploaded", "cancelled")
    assert "was cancelled; nothing of it was kept." in page
    post(client, run, "check")
    run_pending()
    run.refresh_from_db()
    assert run.state == "checked"


def test_a_cancelled_import_goes_back_to_the_preview(client, checked, office):
    run = checked("Name\nAda\n")
    post(client, run, "apply", check_token=run.check_token)
    job_cancel(job=Job.objects.latest("pk"), by=office)
    page = open_page(client, run)
    assert "“Import customers.csv” was cancelled" in page
    assert "Import 1 row now" in page
    assert not Customer.objects.exists()


def test_cancel_of_what_has_ended_does_nothing(client, applied):
    run = applied("Name\nAda\n")
    post(client, run, "cancel")
    run.refresh_from_db()
    assert run.state == "applied"


def test_a_file_that_turns_out_unreadable_says_what_to_do(client, upload):
    upload("Name\n" + "Ada\n" * 150_000 + '"Never closed\n')
    (job,) = run_pending()
    run = ImportRun.objects.get()
    page = open_page(client, run)
    assert (run.state, job.state) == ("failed", "failed")
    assert "quote" in run.error
    assert "Nothing was imported. Change how the file is read" in page


def test_I1_what_is_not_kept_any_more_asks_for_another_check(client, checked):
    run = checked("Name,Tax code\nAda,NOPE\nBob,\n")
    lose_staging(run)
    page = open_page(client, run)
    assert "What the check found is not kept any more. Check the file again." in page
    assert "now</button>" not in page
    post(client, run, "check")
    run_pending()
    assert "Import 1 row now" in open_page(client, run)


def test_an_applied_import_still_opens_without_its_rows(client, applied):
    run = applied("Name,Tax code\nAda,NOPE\nBob,\n")
    lose_staging(run)
    assert "1 row is in." in open_page(client, run)
    assert client.get(url(run), {"tab": "new"}).status_code == 200


def test_a_stored_file_that_is_gone_is_a_sentence(client, checked):
    run = checked("Name\nAda\n")
    run.file.storage.delete(run.file.name)
    assert "The file is not kept any more" in words(client.get(url(run, "arrange"), follow=True))


def test_a_file_that_the_sweeper_took_is_not_checked_again(client, checked):
    run = checked("Name\nAda\n")
    lose_staging(run)
    ImportRun.objects.update(file="")
    page = open_page(client, run)
    assert "The file is not kept any more. Upload it again." in page
    assert "Check again" not in page
    assert "The file is not kept any more" in words(post(client, run, "check"))
    assert Job.objects.count() == 1


@pytest.mark.parametrize("view", PAGES)
def test_somebody_elses_import_is_as_if_there_were_none(client, person, applied, view):
    run = applied("Name,Tax code\nAda,\nBob,NOPE\n")
    person("view_customer", "import_customer")
    assert client.get(url(run, view)).status_code == 404


@pytest.mark.parametrize("button", BUTTONS)
def test_somebody_elses_buttons_are_as_if_there_were_none(client, person, checked, button):
    run = checked("Name\nAda\n")
    person("view_customer", "import_customer")
    assert client.post(url(run, button), {"check_token": run.check_token}).status_code == 404


@pytest.mark.parametrize("button", BUTTONS[:-1])
def test_buttons_are_no_links(client, checked, button):
    assert client.get(url(checked("Name\nAda\n"), button)).status_code == 405


def test_an_administrator_sees_the_imports_of_others(client, checked):
    run = checked("Name\nAda\n")
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(url(run)).status_code == 200
    assert run.name in client.get(reverse("admin:transfers_importrun_changelist")).text


def test_without_the_right_to_import_ones_own_runs_are_gone(client, checked, office):
    run = checked("Name\nAda\n")
    office.user_permissions.clear()
    client.force_login(office)
    assert client.get(url(run)).status_code == 404


def test_a_checked_file_can_be_thrown_away(client, checked):
    run = checked("Name\nAda\n")
    page = words(post(client, run, "forget"))
    assert "“customers.csv” was thrown away" in page
    assert not ImportRun.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'staging' AND tablename LIKE %s", [f"import_{run.pk}_%"]
        )
        assert cursor.fetchone() == (0,)


def test_an_applied_import_cannot_be_thrown_away(client, applied):
    run = applied("Name\nAda\n")
    assert "This cannot be done now" in words(post(client, run, "forget"))
