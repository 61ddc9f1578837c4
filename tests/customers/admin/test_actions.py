"""Actions on several customers: asked first, done through the services, limited, recorded."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from customers.models import Account, Customer, CustomerSettings
from foundation.changes.models import Change, ChangeSet, Source
from tests.customers.admin.conftest import allow, page_url
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, PaymentTermFactory, UserFactory

pytestmark = pytest.mark.django_db


def act(client, url, action, customers, **data):
    selected = [customer.pk for customer in customers]
    return client.post(url, {"action": action, "_selected_action": selected, **data})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def two():
    return [CustomerFactory(name="Alfa"), CustomerFactory(name="Beta")]


def test_action_asks_before_it_does(boss, list_url, two, group):
    response = act(boss, list_url, "set_group", two)
    assert "2 customers are chosen." in response.text
    assert "Alfa" in response.text
    assert not Customer.objects.filter(group=group).exists()


@pytest.mark.parametrize(("action", "field"), [("set_payment_term", "payment_term"), ("set_owner", "owner")])
def test_action_sets_the_value(boss, list_url, two, action, field):
    value = {"payment_term": PaymentTermFactory, "owner": UserFactory}[field]()
    response = act(boss, list_url, action, two, confirmed="yes", value=value.pk)
    assert [getattr(customer, field) for customer in Customer.objects.all()] == [value, value]
    assert said(response) == ["2 customers were changed."]


def test_action_takes_the_value_away(boss, list_url, two, group):
    Customer.objects.update(group=group)
    act(boss, list_url, "set_group", two, confirmed="yes", value="")
    assert not Customer.objects.filter(group=group).exists()


def test_action_counts_what_it_changed(boss, list_url, two, group):
    Customer.objects.filter(name="Alfa").update(group=group)
    response = act(boss, list_url, "set_group", two, confirmed="yes", value=group.pk)
    (sentence,) = said(response)
    assert sentence.startswith("1 customer was put into the group. <a ")
    (undo,) = re.findall(r'href="([^"]+)"', sentence)
    boss.post(undo, {"confirmed": "yes"})
    assert list(Customer.objects.filter(group=group).values_list("name", flat=True)) == ["Alfa"]


def test_action_is_recorded_as_one_set_with_its_actor(boss, superuser, list_url, two, group):
    before = ChangeSet.objects.count()
    act(boss, list_url, "set_group", two, confirmed="yes", value=group.pk)
    made = ChangeSet.objects.order_by("pk").last()
    assert ChangeSet.objects.count() == before + 1
    assert (made.source, made.actor) == (Source.FORM, superuser)
    assert Change.objects.filter(set=made, table="customers_customer").count() == 2


def test_move_under_a_parent(boss, list_url, two):
    parent = CustomerFactory(name="Holding", code="H-1")
    act(boss, list_url, "move_under", two, confirmed="yes", value=parent.pk)
    assert Customer.objects.filter(parent=parent).count() == 2


def test_move_that_closes_a_circle_is_refused_as_a_whole(boss, list_url, two):
    alfa, beta = two
    child = CustomerFactory(name="Child", code="C-1", parent=alfa)
    response = act(boss, list_url, "move_under", [alfa, beta], confirmed="yes", value=child.pk)
    assert "Circular reference detected. &#x27;Child&#x27; cannot be a parent of &#x27;Alfa&#x27;" in response.text
    assert list(Customer.objects.exclude(parent=None)) == [child]


def test_move_offers_neither_the_customer_nor_what_is_below_it(boss, two):
    alfa, beta = two
    child = CustomerFactory(name="Child", parent=alfa)
    html = boss.get(f"{reverse('admin:customers_customer_changelist')}{alfa.pk}/move/").text
    (address,) = re.findall(r'data-ajax--url="([^"]+)"', html)
    field = "app_label=customers&model_name=customer&field_name=parent"
    offered = boss.get(f"{address}&{field}").json()["results"]
    assert [row["text"] for row in offered] == ["Beta"]
    assert child.parent == alfa


def test_customer_of_a_colleague_is_no_parent_for_those_who_see_their_own(client, anna, list_url):
    client.force_login(allow(anna, "customers.view_customer", "customers.change_customer"))
    mine, theirs = CustomerFactory(owner=anna), CustomerFactory(name="Theirs")
    response = act(client, list_url, "move_under", [mine], confirmed="yes", value=theirs.pk)
    assert "There is no such customer, or it is not one of yours." in response.text
    mine.refresh_from_db()
    assert mine.parent is None


def test_deletion_says_what_cannot_go_and_why(boss, list_url, two):
    ContactFactory(customer=two[0])
    AddressFactory(customer=two[1])
    response = act(boss, list_url, "delete_customers", two)
    assert "Alfa: 1 contact" in response.text
    assert Customer.objects.count() == 2
    response = act(boss, list_url, "delete_customers", two, confirmed="yes")
    assert list(Customer.objects.all()) == [two[0]]
    assert said(response) == ["1 customer was deleted.", "1 customer was kept."]


def test_at_most_a_hundred_are_deleted_at_once(boss, list_url):
    customers = Customer.objects.bulk_create(Customer(name=f"Customer {number}") for number in range(101))
    response = act(boss, list_url, "delete_customers", customers, confirmed="yes")
    assert Customer.objects.count() == 101
    assert "At most 100 customers can be chosen for this" in said(response)[0]


def test_djangos_own_deletion_is_not_offered(boss, list_url, two):
    html = boss.get(list_url).text
    assert 'value="delete_selected"' not in html
    assert 'value="delete_customers"' in html


def test_single_deletion_names_what_stands_in_the_way(boss, nordwind):
    ContactFactory(customer=nordwind, last_name="Nowak")
    response = boss.post(reverse("admin:customers_customer_delete", args=[nordwind.pk]), {"post": "yes"})
    assert "Nowak" in response.text
    assert Customer.objects.filter(pk=nordwind.pk).exists()


def test_strategy_is_shown_before_it_is_changed(boss):
    root = CustomerFactory(name="Root")
    branch = CustomerFactory(name="Branch", parent=root)
    url = reverse("admin:customers_account_strategy")
    assert "Customers that change their account" in boss.post(url, {"strategy": "root"}).text
    assert CustomerSettings.load().account_strategy == "each"
    boss.post(url, {"strategy": "root", "confirmed": "yes"})
    assert CustomerSettings.load().account_strategy == "root"
    assert Customer.objects.get(pk=branch.pk).account == Customer.objects.get(pk=root.pk).account


def test_account_and_group_pages_show_their_customers(boss, group, nordwind):
    Customer.objects.update(group=group)
    for url in (
        page_url(group),
        reverse("admin:customers_account_change", args=[Account.objects.get().pk]),
    ):
        html = boss.get(url).text
        assert f'<a href="{page_url(nordwind)}">Nordwind' in html


@pytest.mark.parametrize(
    "page",
    [
        "customers_customergroup",
        "customers_paymentterm",
        "customers_taxcode",
        "customers_internalrating",
        "customers_account",
        "customers_contact",
        "customers_address",
        "customers_department",
        "customers_membership",
        "customers_note",
        "catalog_pricelist",
    ],
)
def test_every_list_and_form_opens(boss, page):
    assert boss.get(reverse(f"admin:{page}_changelist"), {"q": "x"}).status_code == 200
    assert boss.get(reverse(f"admin:{page}_add")).status_code == 200
