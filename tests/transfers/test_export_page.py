"""The export's page and its job."""

import csv
import io
import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from openpyxl import load_workbook

from customers.models import Customer
from foundation.changes.models import AuditEvent
from foundation.jobs.models import Job, JobFile, OutboxMessage
from foundation.jobs.testing import run_pending
from foundation.transfers import mail
from tests.factories import CustomerFactory, CustomerGroupFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:customers_customer_changelist")
PAGE = reverse("admin:customers_customer_export_button")
FORM = {"scope": "all", "profile": "hub", "file_format": "csv", "columns": ["Id", "Name"]}


@pytest.fixture
def person(client):
    """Sign a member of staff in who may look at customers and what is named; export them, if nothing is."""

    def sign_in(*codenames):
        user = UserFactory()
        wanted = ("view_customer", *(codenames or ("export_customer",)))
        user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def office(person):
    return person("access_all_customers", "import_customer", "export_customer")


def names(answer):
    """Return the names in the downloaded file."""
    rows = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline=""))
    return [row["Name"] for row in rows]


def output(job):
    with job.files.get(kind=JobFile.Kind.OUTPUT).file.open("rb") as file:
        return file.read().decode()


def test_a_short_export_comes_at_once(client, office):
    CustomerFactory.create_batch(2)
    answer = client.post(PAGE, FORM)
    assert (answer.streaming, answer["Content-Type"]) == (True, "text/csv; charset=utf-8")
    assert answer["Content-Disposition"] == 'attachment; filename="customers.csv"'
    assert len(names(answer)) == 2
    assert not Job.objects.exists()
    assert AuditEvent.objects.get(kind="export.done").detail["rows"] == 2


def test_the_page_offers_all_rows_and_every_column(client, office):
    CustomerFactory.create_batch(2)
    page = " ".join(client.get(PAGE).text.split())
    assert re.search(r'value="all" checked required> All you may see <span class="hub-quiet">\(2\)', page)
    assert page.count('name="columns"') == 23
    assert page.count("data-ours") == 11
    assert 'value="Version" checked' not in page  # only where somebody wants it


def test_the_list_as_it_is_filtered_is_offered_first_and_exported(client, office):
    gastro = CustomerGroupFactory(name="Gastro")
    CustomerFactory(name="Alfa Druk", group=gastro)
    CustomerFactory(name="Beta Druk")
    query = f"?q=druk&group__id__exact={gastro.pk}"
    page = client.get(PAGE + query).text
    assert "search “druk”; Customer group: Gastro" in page
    assert 'value="filtered" checked' in page
    assert names(client.post(PAGE + query, FORM | {"scope": "filtered"})) == ["Alfa Druk"]
    assert AuditEvent.objects.get(kind="export.done").detail["filter"] == "search “druk”; Customer group: Gastro"


@pytest.mark.parametrize("query", ["?q=", "?nonsense=1", "?o=1", "?p=2"])
def test_an_address_that_filters_nothing_offers_all(client, office, query):
    CustomerFactory()
    assert 'value="filtered"' not in client.get(PAGE + query).text


def test_the_lists_button_carries_its_filters(client, office):
    CustomerFactory(name="Druk")
    assert f'href="{PAGE}?q=druk&amp;o=1"' in client.get(f"{LIST}?q=druk&o=1").text
    assert f'href="{PAGE}"' in client.get(LIST).text


def test_ticked_rows_are_chosen_on_the_page(client, office):
    ticked, _other = CustomerFactory(name="Ticked"), CustomerFactory(name="Other")
    page = client.post(LIST, {"action": "export_selected", "_selected_action": [ticked.pk]})
    assert f'name="ticked" value="{ticked.pk}"' in page.text
    assert 'value="ticked" checked' in page.text
    assert names(client.post(PAGE, FORM | {"scope": "ticked", "ticked": str(ticked.pk)})) == ["Ticked"]


def test_all_of_the_list_ticked_means_the_list(client, office):
    CustomerFactory(name="Druk")
    data = {"action": "export_selected", "_selected_action": [Customer.objects.get().pk], "select_across": "1"}
    page = client.post(f"{LIST}?q=druk", data).text
    assert 'value="filtered" checked' in page
    assert 'value="ticked"' not in page


def test_S1_nobody_exports_what_they_may_not_see(client, person):
    me = person()
    CustomerFactory(name="Mine", owner=me)
    theirs = CustomerFactory(name="Theirs")
    assert names(client.post(PAGE, FORM)) == ["Mine"]
    answer = client.post(PAGE, FORM | {"scope": "ticked", "ticked": str(theirs.pk)})
    assert "No customers found for export." in answer.text


def test_S2_without_the_right_there_is_neither_page_nor_button(client, person):
    person("import_customer")
    assert (client.get(PAGE).status_code, client.post(PAGE, FORM).status_code) == (403, 403)
    assert PAGE not in client.get(LIST).text


def test_nothing_to_export_says_so_and_offers_the_import(client, office, person):
    page = client.get(PAGE).text
    assert "There are no customers to export yet" in page
    assert f'href="{reverse("admin:customers_customer_import_button")}"' in page
    person()
    assert "Back to the list" in client.get(PAGE).text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"columns": []}, "Choose at least one column."),
        ({"columns": ["External Id"], "profile": "oro"}, "OroCommerce knows none of these columns"),
        ({"columns": ["Shoe size"]}, "Select a valid choice"),
        ({"scope": "filtered"}, "Select a valid choice"),
    ],
)
def test_a_wrong_choice_comes_back_with_a_sentence(client, office, change, sentence):
    CustomerFactory()
    assert sentence in client.post(PAGE, FORM | change).text


def test_the_profile_orocommerce_leaves_our_columns_out(client, office):
    one = CustomerFactory(name="A", code="7")
    answer = client.post(PAGE, FORM | {"profile": "oro", "columns": ["Id", "Name", "External Id"]})
    assert answer.getvalue().decode() == f"Id,Name\n{one.pk},A\n"


def test_a_workbook_comes_at_once_too(client, office):
    CustomerFactory(name="A")
    answer = client.post(PAGE, FORM | {"file_format": "xlsx"})
    assert answer["Content-Disposition"] == 'attachment; filename="customers.xlsx"'
    assert load_workbook(io.BytesIO(answer.getvalue())).active["B2"].value == "A"


# --- long exports: a job, and a mail --------------------------------------------------------------------------------


@pytest.fixture
def long(settings):
    settings.HUB_EXPORT_DIRECT_ROWS = 1


def test_a_long_export_becomes_a_job_whose_file_a_mail_links_to(client, office, long, settings):
    settings.BASE_URL = "https://hub.example"
    CustomerFactory.create_batch(2)
    answer = client.post(PAGE, FORM)
    (job,) = run_pending()
    assert (answer.url, job.owner, job.title) == (job.get_absolute_url(), office, "Export Customers")
    assert (job.state, job.result, len(output(job).splitlines())) == ("succeeded", {"rows": 2}, 3)
    sent = OutboxMessage.objects.get()
    link = "https://hub.example" + job.files.get().get_absolute_url()
    source = sent_text(sent)
    assert (sent.payload["recipient"], sent.payload["subject"]) == (
        office.email,
        "Export result for job Export Customers",
    )
    assert f"Export performed successfully. 2 customers were exported.\n\nDownload: {link}" in source
    assert AuditEvent.objects.get(kind="export.done").actor == office


def sent_text(message):
    import email
    from base64 import b64decode
    from email.policy import default

    parsed = email.message_from_bytes(b64decode(message.payload["source"]), policy=default)
    return parsed.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_the_person_is_told_as_orocommerce_tells_them(client, office, long):
    CustomerFactory.create_batch(2)
    page = client.post(PAGE, FORM, follow=True).text
    assert "Export started successfully. You will receive email notification upon completion." in page


def test_a_long_export_means_the_rows_of_when_it_was_asked_for(client, office, long):
    CustomerFactory(name="Alfa Druk"), CustomerFactory(name="Beta Druk"), CustomerFactory(name="Other")
    client.post(f"{PAGE}?q=druk", FORM | {"scope": "filtered"})
    CustomerFactory(name="Gamma Druk")
    (job,) = run_pending()
    assert output(job).splitlines()[1:] == [
        f"{one.pk},{one.name}" for one in Customer.objects.order_by("pk").exclude(name="Other")[:2]
    ]
    assert AuditEvent.objects.get(kind="export.done").detail["filter"] == "search “druk”"


def test_a_workbook_becomes_a_job_sooner(client, office, settings):
    settings.HUB_EXPORT_DIRECT_ROWS = 5
    CustomerFactory.create_batch(2)
    client.post(PAGE, FORM | {"file_format": "xlsx"})
    (job,) = run_pending()
    assert job.files.get(kind=JobFile.Kind.OUTPUT).name == "customers.xlsx"


def test_rows_that_are_gone_when_the_job_runs_are_said_in_the_mail(client, office, long):
    CustomerFactory.create_batch(2)
    client.post(PAGE, FORM)
    Customer.objects.all().delete()
    (job,) = run_pending()
    assert (job.state, job.result) == ("succeeded", {"rows": 0})
    assert sent_text(OutboxMessage.objects.get()).strip() == "No customers found for export."


def test_I10_a_mail_that_cannot_be_made_never_fails_the_export(client, office, long, monkeypatch):
    def fail(**options):
        raise OSError("no room")

    monkeypatch.setattr(mail, "mail_put", fail)
    CustomerFactory.create_batch(2)
    client.post(PAGE, FORM)
    (job,) = run_pending()
    assert (job.state, job.result, OutboxMessage.objects.count()) == ("succeeded", {"rows": 2}, 0)


def test_S2_a_right_taken_away_meanwhile_stops_the_job(client, office, long):
    CustomerFactory.create_batch(2)
    client.post(PAGE, FORM)
    office.user_permissions.clear()
    (job,) = run_pending()
    assert (job.state, job.error) == ("failed", "You may no longer export this.")
    assert not OutboxMessage.objects.exists()


# --- data templates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "file"), [("template_csv", "csv"), ("template_xlsx", "xlsx")])
def test_data_templates_are_two_files_beside_the_import(client, office, name, file):
    address = reverse(f"admin:customers_customer_{name}")
    answer = client.get(address)
    assert answer["Content-Disposition"] == f'attachment; filename="customers-template.{file}"'
    page = client.get(LIST).text
    assert f'href="{address}"' in page
    assert "Download Data Template" in page


def test_S2_data_templates_are_for_who_moves_files(client, person):
    person("add_customer")
    assert client.get(reverse("admin:customers_customer_template_xlsx")).status_code == 403
