"""The page of an import: what it shows at each state, and every wrong turn."""

import csv
import io

import pytest
from django.db import connection
from django.urls import reverse

from customers.models import Customer, CustomerGroup
from foundation.changes.models import ChangeSet, Source
from foundation.jobs.models import Job
from foundation.jobs.services import job_cancel
from foundation.jobs.testing import run_pending
from foundation.transfers.engine.sql import execute
from foundation.transfers.importing.content import names_of
from foundation.transfers.importing.preview import PAGE
from foundation.transfers.models import ImportRun
from tests.factories import CustomerFactory, CustomerGroupFactory, UserFactory
from tests.transfers.admin.conftest import post, url, words

pytestmark = pytest.mark.django_db
PAGES = ("page", "arrange", "undo", "log", "refused")
BUTTONS = ("check", "create_missing", "apply", "cancel", "forget", "prepare_undo", "undo")


def open_page(client, run, **parameters):
    return words(client.get(url(run), parameters))


def content_of(answer):
    return b"".join(answer.streaming_content).decode("utf-8-sig")


# --- preview --------------------------------------------------------------------------------------------------------


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
    assert '<span class="hub-badge hub-neutral">unknown</span>' in page
    assert "<strong>Group Name</strong>: <q>NoGroup</q>" in page


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
    assert '<span class="hub-quiet">customer group:</span> Germany' in page
    assert '<span class="hub-quiet">payment term:</span> net 30' in page


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


# --- apply ----------------------------------------------------------------------------------------------------------


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
    record = reverse("admin:customers_customer_change", args=[Customer.objects.get().pk])
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


# --- at work --------------------------------------------------------------------------------------------------------


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


# --- lost, foreign, thrown away ---------------------------------------------------------------------------------------


def lose_staging(run):
    names = names_of(run)
    execute(f"DROP TABLE {names.rows}, {names.errors}, {names.raw}")


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


# --- files ------------------------------------------------------------------------------------------------------------


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


# --- list and dashboard -----------------------------------------------------------------------------------------------


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
