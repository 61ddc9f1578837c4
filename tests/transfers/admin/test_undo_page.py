"""Undo of an import on its pages: prepared, looked at, done."""

import pytest
from django.urls import reverse

from customers.models import Customer, CustomerGroup
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportRun
from foundation.transfers.undo import UndoPlan
from tests.factories import CustomerFactory
from tests.transfers.admin.conftest import post, url, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(client, applied):
    """Import, then have the undo worked out; return the run."""

    def make(content, before=lambda: None):
        run = applied(content)
        before()
        post(client, run, "prepare_undo")
        run_pending()
        run.refresh_from_db()
        return run

    return make


def undo(client, run, plan=None):
    return post(client, run, "undo", plan=plan or (run.undo_plan or {}).get("name", ""))


def test_the_plan_is_worked_out_by_a_job_that_the_page_follows(client, applied):
    run = applied("Name\nAda\n")
    answer = client.post(url(run, "prepare_undo"))
    page = words(client.get(answer.url))
    assert "Working out what an undo would do." in page
    assert f'hx-get="{url(run, "undo_live")}?job=' in page
    run_pending()
    part = words(
        client.get(f"{url(run, 'undo_live')}{answer.url[answer.url.index('?') :]}", headers={"HX-Request": "true"})
    )
    assert ("hx-get" in part, "Yes, undo the import" in part) == (False, True)


def test_the_plan_says_what_goes_and_what_comes_back(client, planned):
    CustomerFactory(name="Old", code="O")
    run = planned("Code,Name\nO,New name\nN,Ada\n")
    page = words(client.get(url(run, "undo")))
    assert 'Ada</td> <td data-label="What happens"> is deleted </td>' in page
    assert '<del><span class="hub-sr">was </span>New name</del>' in page
    counts = '<td class="hub-number" data-label="Deleted">1</td><td class="hub-number" data-label="Restored">1</td>'
    assert f'<th scope="row">Customers</th>{counts}' in page


def test_I11_what_was_changed_since_stays_and_why(client, planned):
    run = planned("Name\nAda\nBob\n", lambda: Customer.objects.filter(name="Ada").update(vat_id="PL1234563218"))
    page = words(client.get(url(run, "undo"), {"tab": "left"}))
    assert "Ada" in page
    assert "all of it" in page
    assert "the list below says what stands in the way" not in page  # Bob goes


def test_an_undo_that_can_do_nothing_says_where_to_look(client, planned):
    run = planned("Name\nAda\n", lambda: Customer.objects.update(vat_id="PL1234563218"))
    assert "the list below says what stands in the way" in words(client.get(url(run, "undo")))


def test_the_undo_takes_back_and_says_what_it_left(client, planned):
    run = planned("Name\nAda\nBob\n", lambda: Customer.objects.filter(name="Ada").update(vat_id="PL1234563218"))
    undo(client, run)
    run_pending()
    page = words(client.get(url(run)))
    assert list(Customer.objects.values_list("name", flat=True)) == ["Ada"]
    assert "<dt>Deleted</dt> <dd>2</dd>" in page
    assert "<dt>Left as they are</dt> <dd>2</dd>" in page  # with the account that was made for each
    assert "What stays" in page
    assert "Undo this import" not in page


def test_groups_that_the_import_made_go_too(client, checked):
    run = checked("Name,Group Name\nAda,Germany\n")
    post(client, run, "create_missing")
    run_pending()
    run.refresh_from_db()
    post(client, run, "apply", check_token=run.check_token)
    post(client, run, "prepare_undo")
    run_pending()
    post(client, run, "prepare_undo")
    run_pending()
    run.refresh_from_db()
    undo(client, run)
    run_pending()
    assert (Customer.objects.count(), CustomerGroup.objects.count()) == (0, 0)


def test_a_double_click_undoes_once(client, planned):
    run = planned("Name\nAda\n")
    undo(client, run)
    undo(client, run)
    run_pending()
    undo(client, run)
    assert Job.objects.filter(kind="transfers.undo").count() == 1


def test_a_plan_that_was_made_again_is_not_the_one_that_was_seen(client, planned):
    run = planned("Name\nAda\n")
    seen = run.undo_plan["name"]
    post(client, run, "prepare_undo")
    run_pending()
    assert "The undo was prepared again meanwhile" in words(undo(client, run, seen))
    assert Customer.objects.count() == 1


def test_without_a_plan_the_page_offers_to_make_one(client, applied):
    run = applied("Name\nAda\n")
    assert "Work it out" in client.get(url(run, "undo")).text
    assert words(undo(client, run, "x")).count("prepared again meanwhile") == 1


def test_a_lost_plan_is_made_again(client, planned):
    run = planned("Name\nAda\n")
    UndoPlan.from_json(run.undo_plan).drop()
    assert "Work it out" in client.get(url(run, "undo")).text


def test_an_import_that_was_not_applied_has_no_undo(client, checked):
    run = checked("Name\nAda\n")
    assert client.get(url(run, "undo")).url == url(run)
    assert "This cannot be done now" in words(post(client, run, "prepare_undo"))


@pytest.mark.parametrize("job", ["x", "9" * 30, "0"])
def test_a_job_that_is_not_this_undos_changes_nothing(client, planned, job):
    assert "Yes, undo the import" in client.get(url(planned("Name\nAda\n"), "undo"), {"job": job}).text


def test_the_plan_takes_the_same_queries_however_long(client, planned, django_assert_max_num_queries):
    run = planned("Name\n" + "".join(f"Customer {n}\n" for n in range(40)))
    with django_assert_max_num_queries(22):
        client.get(url(run, "undo"))


def test_an_undone_import_is_marked_in_the_list(client, planned):
    run = planned("Name\nAda\n")
    undo(client, run)
    run_pending()
    assert ImportRun.objects.get().state == "undone"
    assert "Undone" in client.get(reverse("admin:transfers_importrun_changelist")).text
