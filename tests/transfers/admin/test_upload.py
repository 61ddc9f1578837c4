"""Import on a list: the file and the ways it is refused."""

import io
import re

import pytest
from django.urls import reverse

from customers.models import Customer
from foundation.changes.testing import no_unknown_changes
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportProfile, ImportRun
from tests.transfers.admin.conftest import LIST, url, words

pytestmark = pytest.mark.django_db


def test_a_clear_file_is_checked_at_once_and_the_person_follows_it(client, upload, office):
    with no_unknown_changes():
        answer = upload("Name,Group Name\nAda,\n")
        run_pending()
    run = ImportRun.objects.get()
    assert (answer.url, run.owner, run.state, run.counts["new"]) == (url(run), office, "checked", 1)
    assert Customer.objects.count() == 0


def test_unknown_columns_lead_to_the_page_that_asks(upload):
    answer = upload("Name,Shoe size\nAda,42\n")
    run = ImportRun.objects.get()
    assert (answer.url, run.state, Job.objects.count()) == (url(run, "arrange"), "uploaded", 0)


def test_a_guessed_encoding_leads_to_the_page_that_asks(upload):
    assert upload("Name\nŻółw Łódź\n".encode("cp1250")).url == url(ImportRun.objects.get(), "arrange")


def test_two_columns_that_mean_the_same_lead_to_the_page_that_asks(client, upload):
    answer = upload("Code,Customer Number,Name\n1,1,Ada\n")
    assert "mean the same: keep one of them." in words(client.get(answer.url))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"Name,Name\nA,B\n", "duplicate in next column names: &#x27;Name&#x27;"),
        (b'Name\n"Ada\n', "quote"),
    ],
)
def test_a_file_nobody_can_read_is_refused_at_its_field(upload, content, sentence):
    answer = upload(content)
    assert answer.status_code == 200
    assert sentence in re.search(r'id="file-errors".*?</ul>', answer.text, re.S)[0]
    assert not ImportRun.objects.exists()


def test_I7_a_file_that_is_too_large_is_refused_at_the_door(upload, settings):
    settings.HUB_IMPORT_MAX_BYTES = 10
    assert "Split it into parts" in upload("Name\n" + "x" * 50).text
    assert not ImportRun.objects.exists()


def test_a_refused_file_keeps_the_chosen_profile(upload, office):
    profile = ImportProfile.objects.create(name="Shop", what="customers", owner=office, mapping=[])
    assert f'value="{profile.pk}" selected' in upload(b"", profile=profile.pk).text


def test_a_form_without_a_file_says_so(client, office):
    assert "Choose a file first." in client.post(f"{LIST}import/", {}).text


def form_key(client):
    return re.search(r'name="form_key" value="([^"]+)"', client.get(f"{LIST}import/").text)[1]


def test_a_double_click_uploads_once(client, upload):
    key = form_key(client)
    first, second = upload("Name\nAda\n", form_key=key), upload("Name\nAda\n", form_key=key)
    assert (first.url, ImportRun.objects.count(), Job.objects.count()) == (second.url, 1, 1)


def test_the_form_of_before_with_another_file_is_another_import(client, upload):
    key = form_key(client)
    upload("Name\nAda\n", form_key=key)
    upload("Name\nBob\n", form_key=key)
    assert ImportRun.objects.count() == 2


def test_a_profile_reads_what_nobody_would_guess(client, upload, office):
    mapping = [{"column": "Name", "source": "Firma"}, {"column": "Group Name", "source": None, "constant": "Shop"}]
    shape = {"kind": "csv", "encoding": "cp1250", "delimiter": ";", "sheet": "", "header_line": 1}
    options = {"create_missing": True}
    profile = ImportProfile.objects.create(
        name="Shop", what="customers", owner=office, mapping=mapping, shape=shape, options=options
    )
    upload("Firma\nŻółw Łódź\n".encode("cp1250"), profile=profile.pk)
    run_pending()
    run = ImportRun.objects.get()
    assert (run.state, run.counts["new"], run.shape["encoding"]) == ("checked", 1, "cp1250")
    assert run.counts["created"] == {"customer groups": ["Shop"]}


def test_a_profile_that_does_not_fit_leads_to_the_page_that_asks(client, upload, office):
    mapping = [{"column": "Name", "source": "Firma"}]
    profile = ImportProfile.objects.create(name="Shop", what="customers", owner=office, mapping=mapping)
    answer = upload("Name\nAda\n", profile=profile.pk)
    assert "The file has no column “Firma”, from which “Name” is taken." in words(client.get(answer.url))


def test_the_way_back_is_written_like_the_list_it_leads_to(client, office):
    page = words(client.get(f"{LIST}import/"))
    assert re.search(rf'href="{LIST}"[^>]*>\s*Customers\s*<', page)
    assert not re.search(r">\s*customers\s*<", page)


def test_the_page_offers_both_data_templates(client, office):
    page = client.get(f"{LIST}import/").text
    assert f'href="{LIST}template/"' in page
    assert f'href="{LIST}template-xlsx/"' in page


@pytest.mark.parametrize("page", ["import/", "export/", "template/"])
def test_S2_import_and_export_are_rights_of_their_own(client, person, page):
    person("view_customer", "add_customer", "change_customer")
    assert client.get(LIST + page).status_code == 403
    assert f'href="{LIST}{page}"' not in client.get(LIST).text


def test_who_has_too_many_imports_at_work_is_told_and_loses_nothing(client, upload, office, settings):
    settings.HUB_IMPORT_RUNNING = 1
    upload("Name\nAda\n")
    answer = client.get(upload("Name\nBob\n").url)
    assert "You have 1 imports at work already" in words(answer)
    assert list(ImportRun.objects.order_by("pk").values_list("state", flat=True)) == ["checking", "uploaded"]


def test_an_xlsx_file_is_taken(client, upload, office):
    content = client.get(f"{LIST}template-xlsx/").content
    answer = upload(content, name="customers.xlsx")
    run = ImportRun.objects.get()
    assert run.shape["kind"] == "xlsx"
    run_pending()
    assert answer.url == url(run)
    assert "Excel workbook" in client.get(answer.url).text


def test_the_list_of_imports_is_in_the_navigation(client, office):
    assert reverse("admin:transfers_importrun_changelist") in client.get("/admin/").text


def test_an_empty_upload_is_one_sentence(client, office):
    answer = client.post(f"{LIST}import/", {"file": io.BytesIO(b"")})
    assert answer.status_code == 200
