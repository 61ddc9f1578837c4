"""What an import leaves to take away, and where imports are found again."""

import csv
import io

import pytest
from django.urls import reverse

from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from tests.factories import CustomerGroupFactory
from tests.transfers.admin.conftest import lose_staging, post, url, words

pytestmark = pytest.mark.django_db


def content_of(answer):
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_refused_rows_come_back_with_the_reason_and_can_be_sent_again(client, checked):
    run = checked("Name,Group Name\nAda,Germany\nBob,\n")
    refused = content_of(client.get(url(run, "refused")))
    (header, row) = csv.reader(io.StringIO(refused))
    assert header == ["Name", "Group Name", "Error"]
    assert row[:2] == ["Ada", "Germany"]
    assert row[2].startswith("Group Name: There is no “Germany”")
    CustomerGroupFactory(name="Germany")
    assert checked(refused).counts["new"] == 1


def test_the_log_is_that_of_orocommerce(client, checked):
    run = checked('Name,Tax code\n"Two\nlines",\nBob,NOPE\n')
    said = content_of(client.get(url(run, "log")))
    assert said == "Error in row #2. Tax code: There is no “NOPE”. Correct the cell or create it first.\n"


def test_files_are_written_anew_where_the_job_has_none(client, checked):
    run = checked("Name,Tax code\nBob,NOPE\n")
    Job.objects.get().files.all().delete()
    assert "NOPE" in content_of(client.get(url(run, "refused")))


def test_files_that_are_lost_ask_for_another_check(client, checked):
    run = checked("Name,Tax code\nBob,NOPE\n")
    Job.objects.get().files.all().delete()
    lose_staging(run)
    assert "Check the file again" in words(client.get(url(run, "log"), follow=True))


def test_the_list_says_who_when_and_how_many(client, checked, office):
    run = checked("Name,Tax code\nAda,\nBob,NOPE\n")
    page = words(client.get(reverse("admin:transfers_importrun_changelist")))
    for word in (run.name, str(office), "1 new, 1 refused", url(run), 'data-label="file"'):
        assert word in page


def test_the_list_is_filtered_by_state_and_kind(client, checked):
    checked("Name\nAda\n")
    base = reverse("admin:transfers_importrun_changelist")
    assert "customers.csv" in client.get(base, {"state__exact": "checked", "what": "customers"}).text
    assert "customers.csv" not in client.get(base, {"state__exact": "applied"}).text


def test_the_list_takes_the_same_queries_however_long(client, checked, django_assert_max_num_queries):
    run = checked("Name\nAda\n")
    for _number in range(10):
        run.pk = None
        run.save()
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:transfers_importrun_changelist"))


def test_the_dashboard_shows_what_waits_until_it_is_done(client, checked):
    assert "Your imports that wait for you" not in client.get("/admin/").text
    run = checked("Name\nAda\n")
    assert "1 new, 0 changed, 0 refused" in words(client.get("/admin/"))
    post(client, run, "apply", check_token=run.check_token)
    run_pending()
    assert "Your imports that wait for you" not in client.get("/admin/").text
    checked("Name\nAda\n")  # all unchanged: nothing to decide
    assert "Your imports that wait for you" not in client.get("/admin/").text
