"""The work list of likely duplicates, and the hints elsewhere."""

import pytest
from django.urls import reverse

from customers.admin.duplicates import duplicates_url
from customers.admin.overview import overview_url
from customers.duplicates.finding import find_duplicates
from customers.models import Customer, NotDuplicate
from foundation.identity.models import User
from foundation.jobs.models import Job
from tests.customers.admin.conftest import allow, anna, boss, fields_of, sent, superuser
from tests.factories import CustomerFactory

__all__ = ["anna", "boss", "superuser"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def twins():
    pair = [CustomerFactory(name=name, email="a@x.example") for name in ("Alfa", "Alpha")]
    find_duplicates()
    return pair


def test_says_so_where_there_are_none(boss):
    page = boss.get(duplicates_url()).text
    assert ("No likely duplicates" in page, "has not looked for duplicates yet" in page) == (True, True)


def test_shows_a_group_side_by_side_with_what_they_share(boss, twins):
    page = boss.get(duplicates_url(reason="email")).text
    assert ("Alfa" in page, "Alpha" in page, "e-mail address: a@x.example" in page) == (True, True, True)
    assert "Alfa" not in boss.get(duplicates_url(reason="vat")).text


def test_pages_and_asks_the_same_number_of_questions(boss, django_assert_max_num_queries):
    def make(number):
        for name in "ab":
            CustomerFactory(name=f"{name}{number}", email=f"{number}@x.example")

    make(0)
    find_duplicates()
    with django_assert_max_num_queries(40) as few:
        boss.get(duplicates_url())
    for number in range(1, 12):
        make(number)
    find_duplicates()
    with django_assert_max_num_queries(len(few)):
        page = boss.get(duplicates_url()).text
    assert page.count('class="hub-sides"') == 10
    assert boss.get(duplicates_url(page="2")).text.count('class="hub-sides"') == 2


def test_sets_aside_and_takes_back(boss, twins):
    keys = [one.pk for one in twins]
    boss.post(duplicates_url(), {"do": "aside", "customer": keys})
    assert "Alfa" not in boss.get(duplicates_url()).text
    assert "Alfa" in boss.get(duplicates_url(reason="aside")).text
    boss.post(duplicates_url(reason="aside"), {"do": "back", "pair": NotDuplicate.objects.get().pk})
    assert not NotDuplicate.objects.exists()
    assert Job.objects.get().kind == "customers.find_duplicates"


def test_looks_again_once_however_often_one_presses(boss):
    for _turn in range(2):
        boss.post(duplicates_url(), {"do": "look"})
    assert Job.objects.count() == 1


def test_S1_shows_own_customers_alone(client, anna, twins):
    client.force_login(allow(anna, "customers.view_customer", "customers.change_customer"))
    Customer.objects.filter(pk=twins[0].pk).update(owner=anna)
    assert "Alfa" not in client.get(duplicates_url()).text
    client.post(duplicates_url(), {"do": "aside", "customer": [one.pk for one in twins]})
    assert not NotDuplicate.objects.exists()


def test_S1_says_how_many_of_others_there_are_without_their_names(client, anna, twins):
    CustomerFactory(name="Secret", email="a@x.example")
    find_duplicates()
    Customer.objects.filter(pk__in=[one.pk for one in twins]).update(owner=anna)
    client.force_login(allow(anna, "customers.view_customer"))
    page = client.get(duplicates_url()).text
    assert ("Secret" in page, "and 1 customer of another owner" in page) == (False, True)


def test_S2_needs_rights_to_look_and_to_set_aside(client, anna, twins):
    client.force_login(anna)
    assert client.get(duplicates_url()).status_code == 403
    client.force_login(allow(anna, "customers.view_customer"))
    answer = client.post(duplicates_url(), {"do": "aside", "customer": [one.pk for one in twins]})
    assert (answer.status_code, NotDuplicate.objects.count()) == (403, 0)


@pytest.mark.parametrize("field", ["pair", "customer"])
@pytest.mark.parametrize("value", ["", "x", "9" * 30, "-1", "1"])
def test_takes_no_nonsense(boss, field, value):
    answer = boss.post(duplicates_url(), {"do": "back" if field == "pair" else "aside", field: value})
    assert answer.status_code in (302, 404)


def test_a_customers_page_hints_at_who_is_alike(boss, twins):
    assert 'id="panel-likeness"' in boss.get(overview_url(twins[0])).text
    assert 'id="panel-likeness"' not in boss.get(overview_url(CustomerFactory())).text


def test_the_hint_knows_only_own_customers(client, anna, twins):
    Customer.objects.filter(pk=twins[0].pk).update(owner=anna)
    client.force_login(allow(anna, "customers.view_customer"))
    assert "Alpha" not in client.get(overview_url(twins[0])).text


def test_a_new_customer_is_saved_with_a_warning_that_leads_to_its_twin(boss, twins):
    add = reverse("admin:customers_customer_add")
    data = sent(fields_of(boss.get(add)), name="Alfa again", email="A@x.example")
    page = boss.post(add, data, follow=True).text
    assert Customer.objects.filter(name="Alfa again").count() == 1
    assert ("Look whether it was in the hub before" in page, overview_url(twins[0]) in page) == (True, True)


def test_a_new_customer_like_nobody_is_saved_without(boss):
    add = reverse("admin:customers_customer_add")
    page = boss.post(add, sent(fields_of(boss.get(add)), name="New"), follow=True).text
    assert "Look whether" not in page


def test_the_dashboard_says_that_groups_wait(boss, client, anna, twins):
    assert "1 group of customers" in boss.get("/admin/").text
    client.force_login(User.objects.get(pk=anna.pk))
    assert "group of customers" not in client.get("/admin/").text
