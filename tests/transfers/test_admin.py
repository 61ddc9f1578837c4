"""Import and Export on the list of customers."""

import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from customers.models import Customer
from foundation.changes.testing import no_unknown_changes
from foundation.jobs.models import Job, JobFile
from foundation.jobs.testing import run_pending
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:customers_customer_changelist")


@pytest.fixture
def person(client):
    """Sign a member of staff in who holds these permissions."""

    def sign_in(*codenames):
        user = UserFactory()
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def office(person):
    return person("view_customer", "import_customer", "export_customer", "access_all_customers")


def upload(client, text, button="import", **fields):
    file = io.BytesIO(text.encode())
    file.name = "customers.csv"
    return client.post(f"{LIST}import/", {"file": file, button: "yes", **fields})


def output(job):
    with job.files.get(kind=JobFile.Kind.OUTPUT).file.open("rb") as file:
        return file.read().decode("utf-8-sig")


def test_import_goes_to_a_job_and_the_person_to_its_page(client, office):
    with no_unknown_changes():
        answer = upload(client, "Name\nAda\n")
        run_pending()
    job = Job.objects.get()
    assert (answer.url, job.owner, job.title) == (job.get_absolute_url(), office, "Import customers.csv")
    assert (job.state, job.result["added"], Customer.objects.get().owner) == ("succeeded", 1, office)


def test_the_way_back_is_written_like_the_list_it_leads_to(client, office):
    page = " ".join(client.get(f"{LIST}import/").text.split())
    assert re.search(rf'href="{LIST}"[^>]*>\s*Customers\s*<', page)
    assert not re.search(r">\s*customers\s*<", page)


def test_check_keeps_nothing_and_offers_the_import(client, office):
    upload(client, "Name,Tax code\nAda,\nBob,NOPE\n", button="check")
    (check,) = run_pending()
    assert (check.result["added"], check.result["error_entries"], Customer.objects.count()) == (1, 1, 0)
    confirm = check.links[0]["url"]
    assert "Import the good rows of this file now?" in client.get(confirm).content.decode()
    client.post(confirm, {"confirmed": "yes"})
    run_pending()
    assert list(Customer.objects.values_list("name", flat=True)) == ["Ada"]


def test_refused_rows_come_back_with_the_reason_and_can_be_sent_again(client, office):
    upload(client, "Name,Group Name\nAda,Germany\nBob,\n")
    (job,) = run_pending()
    refused = output(job)
    assert refused.splitlines()[0] == "Name,Group Name,Error"
    assert refused.splitlines()[1].startswith("Ada,Germany,Group Name: There is no “Germany”")
    upload(client, refused, create_missing="on")
    assert run_pending()[0].result["added"] == 1


def test_somebody_elses_check_cannot_be_confirmed(client, person, office):
    upload(client, "Name\nAda\n", button="check")
    (check,) = run_pending()
    person("view_customer", "import_customer")
    assert client.get(check.links[0]["url"]).status_code == 404


def test_an_unreadable_file_fails_with_the_sentence(client, office):
    upload(client, "")
    assert "submitted file is empty" in client.post(f"{LIST}import/", {"file": io.BytesIO(b"")}).content.decode()
    upload(client, "Name,Name\nA,B\n")
    (job,) = run_pending()
    assert (job.state, "duplicate in next column names" in job.error) == ("failed", True)


def test_a_file_that_is_too_large_is_refused_at_the_door(client, office, settings):
    settings.HUB_IMPORT_MAX_BYTES = 10
    answer = upload(client, "Name\n" + "x" * 50)
    assert "Split it into parts" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("page", ["import/", "export/", "template/"])
def test_S2_import_and_export_are_rights_of_their_own(client, person, page):
    person("view_customer", "add_customer", "change_customer")
    assert client.get(LIST + page).status_code == 403
    content = client.get(LIST).content.decode()
    assert f'href="{LIST}{page}"' not in content


def test_the_template_is_a_file_with_our_columns(client, office):
    answer = client.get(f"{LIST}template/")
    assert answer["Content-Disposition"] == 'attachment; filename="customers-template.csv"'
    assert answer.content.decode().startswith("Id,Name,Parent Id,Parent Name,Group Name,")


def test_an_import_of_which_nothing_came_in_does_not_look_like_a_success(client, office):
    upload(client, "Name,Tax code\nAda,NOPE\nBob,NOPE\n")
    (job,) = run_pending()
    assert "All 2 rows were refused: nothing came in." in client.get(job.get_absolute_url()).content.decode()


def test_a_file_without_rows_says_so(client, office):
    upload(client, "Name\n")
    (job,) = run_pending()
    assert "The file has no rows" in client.get(job.get_absolute_url()).content.decode()


def test_the_jobs_page_shows_each_refusal_with_line_column_and_value(client, office):
    upload(client, "Name,Tax code,Shoe size\nAda,NOPE <b>,42\n")
    (job,) = run_pending()
    page = client.get(job.get_absolute_url()).content.decode()
    assert "NOPE &lt;b&gt;" in page
    assert "There is no “NOPE &lt;b&gt;”. Correct the cell or create it first." in page
    assert "Shoe size" in page
