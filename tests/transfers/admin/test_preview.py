"""The preview of an import: what would become of each row."""

import io

import pytest
from django.db import connection
from django.urls import reverse

from customers.models import Customer, CustomerGroup
from foundation.jobs.testing import run_pending
from foundation.transfers.importing.preview import PAGE
from foundation.transfers.models import ImportRun
from tests.factories import CustomerFactory, CustomerGroupFactory
from tests.transfers.admin.conftest import open_page, post, url, words

pytestmark = pytest.mark.django_db


def test_counts_open_the_rows_they_count(client, checked):
    CustomerFactory(name="Old", code="O", vat_id="PL1234563218")
    CustomerFactory(name="Same", code="S")
    run = checked("Code,Name,Tax code\nO,Newer,\nS,Same,\nN,New,\nR,Bad,NOPE\n")
    assert [run.counts[kind] for kind in ("new", "changed", "unchanged", "refused")] == [1, 1, 1, 1]
    assert "Bad" in open_page(client, run)  # what is wrong comes first
    assert '<del><span class="hub-sr">was </span>Old</del>' in open_page(client, run, tab="changed")
    assert "Same" in open_page(client, run, tab="unchanged")
    assert '<span class="hub-quiet">name:</span> New' in open_page(client, run, tab="new").lower().replace("new", "New")


@pytest.mark.parametrize("state", ["checked", "applied"])
def test_people_without_e_mail_are_called_by_their_names(client, person, state):
    person("view_contact", "import_contact", "access_all_customers")
    CustomerFactory(name="Ada")
    file = io.BytesIO(b"Customer Name,First Name,Last Name\nAda,Eve,Fay\n")
    file.name = "people.csv"
    client.post(reverse("admin:customers_contact_import_button"), {"file": file}, follow=True)
    run_pending()
    run = ImportRun.objects.get()
    if state == "applied":
        post(client, run, "apply", check_token=run.check_token)
        run_pending()
    assert "Eve Fay<" in open_page(client, run, tab="new")


def test_I3_each_error_of_each_row_has_line_column_value_rule_and_remedy(client, checked):
    run = checked('Name,Group Name,Tax code\n"Two\nlines",,\nAda,NoGroup,NOPE <b>\n')
    page = open_page(client, run, tab="refused")
    assert '<td class="hub-number" data-label="Line">4</td>' in page
    assert "<strong>Tax code</strong>: <q>NOPE &lt;b&gt;</q>" in page
    assert "There is no “NOPE &lt;b&gt;”. Correct the cell or create it first." in page
    assert '<span class="hub-badge hub-neutral">not found</span>' in page
    assert "<strong>Group Name</strong>: <q>NoGroup</q>" in page


def test_values_stand_under_the_headers_of_the_file_and_others_under_the_names_of_fields(client, checked):
    mother = CustomerFactory(name="Mother")
    run = checked(f"Name,Parent Id,E-mail\nAda,{mother.pk},ada@hub.example\n")
    page = open_page(client, run, tab="new")
    for label, value in (("Name", "Ada"), ("Parent customer", "Mother"), ("E-mail", "ada@hub.example")):
        assert f'<span class="hub-quiet">{label}:</span> {value}' in page


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ("Ada,NOPE,\n", "not found"),
        (",,x\n", "missing"),
        (f"{'x' * 256},,\n", "too long"),
        ("Ada,,\nada,,\n", "twice in the file"),
        ("Ada,,PL123\n", "against a rule"),
        ("Ada\n", "not a whole row"),
    ],
)
def test_a_word_says_what_kind_of_thing_is_wrong(client, checked, rows, word):
    run = checked(f"Name,Tax code,VAT Id\n{rows}")
    assert f'<span class="hub-badge hub-neutral">{word}</span>' in open_page(client, run, tab="refused")


def test_refused_rows_are_narrowed_to_a_column(client, checked):
    run = checked("Name,Group Name,Tax code\nAda,NoGroup,\nBob,,NOPE\n")
    page = open_page(client, run, tab="refused", column="Tax code")
    assert ("Bob" in page, "Ada" in page) == (True, False)
    assert "Group Name (1)" in page


def test_a_column_nobody_knows_narrows_nothing(client, checked):
    run = checked("Name,Tax code\nAda,NOPE\n")
    assert "Ada" in open_page(client, run, tab="refused", column="'; DROP TABLE x")


def test_what_will_be_created_is_named(client, checked):
    run = checked("Name,Group Name\nAda,Germany\n")
    page = open_page(client, run)
    assert "Customer groups that do not exist yet (1): <strong>Germany</strong>" in page
    post(client, run, "create_missing")
    run_pending()
    assert "<dt>Customer groups</dt><dd>Germany</dd>" in open_page(client, run)
    assert CustomerGroup.objects.count() == 0


def test_the_new_row_names_the_group_that_is_not_there_yet(client, checked):
    run = checked("Name,Group Name\nAda,Germany\n")
    post(client, run, "create_missing")
    run_pending()
    assert "Germany" in open_page(client, run, tab="new").partition('id="rows"')[2]


def test_a_group_and_a_term_that_would_get_the_same_number_keep_their_names(client, checked):
    with connection.cursor() as cursor:
        for table in ("customers_customergroup", "customers_paymentterm"):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 7000)", [table])
    run = checked("Name,Group Name,Payment term\nAda,Germany,net 30\n")
    post(client, run, "create_missing")
    run_pending()
    page = open_page(client, run, tab="new")
    assert '<span class="hub-quiet">Group Name:</span> Germany' in page
    assert '<span class="hub-quiet">Payment term Label:</span> net 30' in page


def test_rows_that_delete_are_counted_shown_and_offered(client, checked):
    run = checked("Name\nAda\n")
    ImportRun.objects.update(counts=run.counts | {"new": 0, "deleted": 2})
    page = open_page(client, run)
    assert "<span>Deleted</span> <strong>2</strong>" in page
    assert "Import 2 rows now" in page


def test_unknown_columns_are_named(client, upload):
    upload("Name,Shoe size\nAda,42\n")
    run = ImportRun.objects.get()
    post(client, run, "check")
    run_pending()
    assert "left out: Shoe size" in open_page(client, run)


def test_all_or_nothing_with_an_error_offers_no_import(client, checked):
    run = checked("Name,Tax code\nAda,\nBob,NOPE\n")
    ImportRun.objects.update(options=run.options | {"all_or_nothing": True})
    page = open_page(client, run)
    assert "This import takes all rows or none, and 1 row is refused" in page
    assert "Import 1 row now" not in page
    assert "takes all rows or none" in words(post(client, run, "apply", check_token=run.check_token))
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Name\n", "There are column names but no rows below them: there is nothing to import."),
        ("Name,Tax code\nAda,NOPE\nBob,NOPE\n", "All 2 rows are refused: there is nothing to import."),
    ],
)
def test_a_file_of_which_nothing_can_come_in_says_so(client, checked, content, sentence):
    page = open_page(client, checked(content))
    assert sentence in page
    assert "now</button>" not in page


def test_I9_the_same_file_again_says_that_everything_is_here(client, applied, checked):
    applied("Name\nAda\nBob\n")
    run = checked("Name\nAda\nBob\n")
    assert run.counts["unchanged"] == 2
    assert "Everything in this file is here already" in open_page(client, run)


def test_a_preview_is_leafed_through_in_pages(client, checked):
    run = checked("Name\n" + "".join(f"Customer {n:03}\n" for n in range(PAGE + 1)))
    first, second = open_page(client, run), open_page(client, run, page=2)
    assert ("Customer 049" in first, "Customer 050" in first) == (True, False)
    assert ("Customer 049" in second, "Customer 050" in second) == (False, True)
    assert open_page(client, run, page="x").count("Customer 0") == first.count("Customer 0")


@pytest.mark.parametrize("kind", ["new", "changed", "unchanged", "refused"])
def test_a_page_of_the_preview_takes_the_same_queries_however_long(
    client, checked, kind, django_assert_max_num_queries
):
    group = CustomerGroupFactory(name="Gastro")
    for number in range(40):
        CustomerFactory(code=f"C{number}", name="Old", group=group)
    rows = {
        "new": "N{0},New {0},Gastro,\n",
        "changed": "C{0},Changed {0},Gastro,\n",
        "unchanged": "C{0},Old,Gastro,\n",
        "refused": "N{0},New {0},Gastro,NOPE\n",
    }[kind]
    run = checked("Code,Name,Group Name,Tax code\n" + "".join(rows.format(number) for number in range(40)))
    assert run.counts[kind] == 40
    with django_assert_max_num_queries(20) as captured:
        assert client.get(url(run), {"tab": kind}).status_code == 200
    page_queries = [query["sql"] for query in captured if "staging." in query["sql"]]
    assert len(page_queries) <= 6
