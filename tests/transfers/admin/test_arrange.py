"""How a file is read: shown, guessed, changed, saved as a profile."""

import re

import pytest

from customers.models import Customer
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportProfile, ImportRun
from tests.customers.admin.conftest import fields_of
from tests.factories import CustomerGroupFactory, UserFactory
from tests.transfers.admin.conftest import url, words

pytestmark = pytest.mark.django_db
OWN = "Firma,Land,Vorname,Nachname\nNordwind,Germany,Ada,Lovelace\n"


@pytest.fixture
def waiting(upload):
    """Upload a file that the hub has questions about; return its run."""

    def make(content=OWN, **fields):
        upload(content, **fields)
        return ImportRun.objects.latest("pk")

    return make


def place_of(page, column):
    """What the names of a column's fields begin with."""
    return re.search(rf'id="(m\d+)-name">{re.escape(column)}</label>', page.text)[1]


@pytest.fixture
def send(client):
    """Open the page and send its form with changes: fields of columns as `{"Name": {"source": "Firma"}}`."""

    def do(run, columns=None, button="check", **changes):
        page = client.get(url(run, "arrange"))
        data = fields_of(page, "arrange")
        for column, fields in (columns or {}).items():
            data |= {f"{place_of(page, column)}-{name}": value for name, value in fields.items()}
        return client.post(url(run, "arrange"), data | changes | {button: "yes"})

    return do


def test_the_page_shows_the_first_rows_and_what_was_recognised(client, waiting):
    page = words(client.get(url(waiting("Name;Shoe size\nAda;42\n"), "arrange")))
    assert "CSV · UTF-8 · divided by semicolons" in page
    assert re.search(r'<th scope="row">2</th>\s*<td>Ada</td>\s*<td>42</td>', page)
    assert "left out: Shoe size" in page
    assert re.search(r'<option value="Name" selected>Name</option>.{0,250}recognised', page)


def test_sent_as_it_is_it_checks_the_file(waiting, send, client):
    run = waiting("Name,Shoe size\nAda,42\n")
    assert send(run).url == url(run)
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.unknown_headers) == ("checked", 1, ["Shoe size"])


def test_import_without_looking_writes_at_once(waiting, send):
    run = waiting("Name,Shoe size\nAda,42\n")
    send(run, button="import")
    run_pending()
    run.refresh_from_db()
    assert (run.state, Customer.objects.get().name) == ("applied", "Ada")


def test_columns_take_headers_constants_defaults_value_tables_parts_and_several_headers(waiting, send):
    CustomerGroupFactory(name="DE")
    run = waiting()
    columns = {
        "Name": {"source": "Nachname", "join": ["Vorname", "Firma"], "joiner": ", "},
        "Group Name": {"source": "Land", "values": "Germany = DE\nPoland = PL\n"},
        "External Id": {"source": "Firma", "split": "w", "part": "0"},
        "Sales Rep Ids": {"constant": "R1;R2"},
        "VAT Id": {"default": "PL1234563218", "source": ""},
    }
    del columns["VAT Id"]
    send(run, columns)
    run_pending()
    run.refresh_from_db()
    assert run.mapping == [
        {"column": "Name", "source": ["Nachname", "Vorname", "Firma"], "join": ", "},
        {"column": "Group Name", "source": "Land", "values": {"Germany": "DE", "Poland": "PL"}},
        {"column": "External Id", "source": "Firma", "split": ["w", 0]},
        {"column": "Sales Rep Ids", "source": None, "constant": "R1;R2"},
    ]
    assert (run.state, run.counts["new"]) == ("checked", 1)


def test_the_page_comes_back_with_all_that_was_chosen(client, waiting, send):
    run = waiting()
    send(run, {"Name": {"source": "Firma", "values": "Nordwind = Nordwind GmbH", "default": "Nobody"}})
    run_pending()
    page = client.get(url(run, "arrange"))
    fields = fields_of(page, "arrange")
    place = place_of(page, "Name")
    assert [fields[f"{place}-{name}"] for name in ("source", "default")] == [["Firma"], ["Nobody"]]
    assert fields[f"{place}-values"] == ["Nordwind = Nordwind GmbH"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"source": "Firma", "constant": "x"}, "“Name” has both a column of the file and a fixed text"),
        ({"source": "", "default": "x"}, "“Name” has neither a column of the file nor a fixed text"),
        ({"source": "Firma", "values": "Germany"}, "“Germany” is no line of a value table"),
        ({"source": "Firma", "values": "a = b\nA = c"}, "The value table names “A” twice."),
        ({"source": "Umsatz"}, "The file has no column “Umsatz”"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(waiting, send, fields, sentence):
    run = waiting()
    answer = send(run, {"Name": fields, "VAT Id": {"source": "Land"}})
    assert sentence in words(answer)
    assert '<option value="Land" selected>' in answer.text
    assert not Job.objects.exists()


def test_nothing_mapped_is_a_sentence(waiting, send):
    assert "No column of the file is known here." in words(send(waiting()))


def test_a_guessed_encoding_shows_its_letters_and_the_choice_reads_again(client, waiting, send):
    run = waiting("Name\nŻółw Łódź\n".encode("iso8859-2"))
    page = words(client.get(url(run, "arrange")))
    assert "In which encoding are the letters right?" in page
    assert "Żółw Łódź" in page
    again = send(run, button="reread", encoding="cp1252")
    assert re.search(r"<td>¯ó³w £ód¼</td>", words(again))
    assert re.search(r'value="cp1252" id="encoding-cp1252" checked', again.text)
    run.refresh_from_db()
    assert run.shape["encoding"] != "cp1252"
    send(run, encoding="cp1252")
    run.refresh_from_db()
    assert (run.shape["encoding"], run.state) == ("cp1252", "checking")


def test_another_line_of_names_brings_other_columns(waiting, send):
    run = waiting("List of 2026,\nName,Code\nAda,A1\n")
    again = send(run, button="reread", header_line="2")
    assert '<option value="Code" selected>' in again.text
    columns = {"Name": {"source": "Name"}, "External Id": {"source": "Code"}}
    send(run, columns, header_line="2")
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.shape["header_line"]) == ("checked", 1, 2)


def test_a_choice_that_cannot_be_read_is_said_in_its_place(waiting, send):
    answer = send(waiting("Name,Shoe size\nŻółw,42\n"), encoding="utf-16-le")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text
    assert not Job.objects.exists()


@pytest.mark.parametrize("changes", [{"header_line": "0"}, {"header_line": "x"}, {"delimiter": "#"}])
def test_a_form_nobody_could_have_sent_is_refused(waiting, send, changes):
    answer = send(waiting(), **changes)
    assert (answer.status_code, Job.objects.count()) == (200, 0)


def test_options_are_kept(waiting, send):
    run = waiting("Name,Shoe size\nAda,42\n")
    send(
        run,
        strategy="add",
        blank="clear",
        all_or_nothing="yes",
        create_missing="on",
        check_everything="on",
        numbers="comma",
    )
    run.refresh_from_db()
    assert run.options == {
        "strategy": "add",
        "blank": "clear",
        "all_or_nothing": True,
        "create_missing": True,
        "check_everything": True,
        "numbers": "comma",
        "dates": "month_first",
        "into": None,
    }


def test_saved_as_a_profile_it_reads_the_next_file_without_asking(client, waiting, send, upload, office):
    send(waiting(), {"Name": {"source": "Firma"}}, save_as="Old shop", is_shared="on", blank="clear")
    profile = ImportProfile.objects.get()
    assert (profile.name, profile.owner, profile.is_shared) == ("Old shop", office, True)
    run_pending()
    upload(OWN.replace("Nordwind", "Huber"), profile=profile.pk)
    run = ImportRun.objects.latest("pk")
    assert (run.mapping, run.options["blank"]) == ([{"column": "Name", "source": "Firma"}], "clear")


def test_ones_own_profile_is_overwritten_and_that_of_others_is_not(waiting, send, office):
    mine = ImportProfile.objects.create(name="Mine", what="customers", owner=office, mapping=[])
    other = ImportProfile.objects.create(name="Theirs", what="customers", owner=UserFactory(), mapping=[])
    answer = send(waiting(), {"Name": {"source": "Firma"}}, save_as="Theirs")
    assert "There is a profile with this name already, and it is not yours" in words(answer)
    send(waiting(), {"Name": {"source": "Firma"}}, save_as="Mine")
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (len(mine.mapping), len(other.mapping)) == (1, 0)


def test_a_profile_can_be_chosen_on_the_page(client, waiting, office):
    mapping = [{"column": "Name", "source": "Firma"}]
    profile = ImportProfile.objects.create(name="Shop", what="customers", owner=office, mapping=mapping)
    run = waiting()
    page = client.get(url(run, "arrange"), {"profile": profile.pk})
    assert fields_of(page, "arrange")[f"{place_of(page, 'Name')}-source"] == ["Firma"]


@pytest.mark.parametrize("profile", ["x", "999999", "9" * 40])
def test_a_profile_that_is_not_there_changes_nothing(client, waiting, profile):
    assert client.get(url(waiting(), "arrange"), {"profile": profile}).status_code == 200


def test_private_profiles_of_others_are_not_offered(client, waiting):
    ImportProfile.objects.create(name="Secret", what="customers", owner=UserFactory(), is_shared=False, mapping=[])
    assert "Secret" not in client.get(url(waiting(), "arrange")).text


def test_an_applied_import_is_not_read_otherwise(client, applied):
    run = applied("Name\nAda\n")
    page = words(client.get(url(run, "arrange"), follow=True))
    assert "How the file is read cannot be changed any more: the import is “Applied”." in page


def test_a_workbook_offers_its_sheets(client, waiting, send, tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["Shoe size"])
    book.active.append([42])
    book.create_sheet("People").append(["Name"])
    book["People"].append(["Ada"])
    book.save(tmp_path / "book.xlsx")
    run = waiting((tmp_path / "book.xlsx").read_bytes(), name="book.xlsx")
    send(run, {"Name": {"source": "Name"}}, button="reread", sheet="People")
    send(run, {"Name": {"source": "Name"}}, sheet="People")
    run_pending()
    run.refresh_from_db()
    assert (run.state, run.counts["new"], run.shape["sheet"]) == ("checked", 1, "People")


def test_only_what_can_make_a_difference_to_the_columns_is_asked(client, waiting):
    page = client.get(url(waiting(), "arrange")).text
    assert [f'name="{name}"' in page for name in ("numbers", "create_missing", "dates")] == [True, True, False]
