"""The page of a customer: what it draws, the ways that lead to it, and how many questions it asks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Contact, Customer
from foundation.ui.panels import Panel, register_panel, unregister_panel
from tests.customers.admin.conftest import allow, fields_of, form_url, page_url, sent
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, DepartmentFactory, NoteFactory

pytestmark = pytest.mark.django_db
PAGE = "customers.customer"


@pytest.fixture
def dummy():
    """A panel of a made-up app with pages, and one that has nothing to show."""
    register_panel(PAGE, Panel("dummy", "Dummy", 5, "ui/ago.html", context=lambda request, obj: {"moment": None}))
    register_panel(PAGE, Panel("nothing", "Nothing", 6, "ui/ago.html", context=lambda request, obj: None))
    yield
    unregister_panel(PAGE, "dummy")
    unregister_panel(PAGE, "nothing")


def test_shows_the_panels_that_have_something_to_show(boss, nordwind, dummy):
    page = boss.get(page_url(nordwind)).text
    assert ("Nordwind" in page, 'id="panel-dummy"' in page, 'id="panel-nothing"' in page) == (True, True, False)


def test_a_panel_that_is_turned_over_is_drawn_alone(boss, nordwind, dummy):
    page = boss.get(page_url(nordwind), headers={"HX-Target": "panel-dummy"})
    assert page.text.lstrip().startswith('<section class="hub-card" id="panel-dummy"')
    assert "HX-Target" in page.headers["Vary"]
    assert boss.get(page_url(nordwind), headers={"HX-Target": "panel-unknown"}).text.strip() == ""


def test_the_form_shows_no_panel_of_the_page(boss, nordwind, dummy):
    assert 'id="panel-dummy"' not in boss.get(form_url(nordwind)).text


def test_a_customer_that_is_not_there_has_no_page(boss):
    assert boss.get(reverse("admin:customers_customer_overview", args=[10**9])).status_code == 404


def test_an_empty_customer_is_offered_where_to_begin(boss, client, anna, nordwind):
    page = boss.get(page_url(nordwind)).text
    assert "There is nothing here yet" in page
    assert f"{reverse('admin:customers_contact_add')}?customer={nordwind.pk}&amp;back=owner" in page
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert reverse("admin:customers_contact_add") not in client.get(page_url(nordwind)).text


def test_badges_say_what_must_be_seen_first(boss, nordwind):
    Customer.objects.update(is_on_hold=True, is_internal=True)
    page = boss.get(page_url(nordwind)).text
    assert '<span class="hub-badge hub-warning">on hold</span>' in page
    assert '<span class="hub-badge hub-info">internal</span>' in page


# --- its buttons ----------------------------------------------------------------------------------------------------


def buttons(answer):
    return [str(label) for label, _url in answer.context["buttons"]]


def test_buttons_are_those_a_person_may_press(boss, client, anna, nordwind):
    assert buttons(boss.get(page_url(nordwind))) == [
        "Edit",
        "Why this price",
        "New subsidiary",
        "New contact",
        "Move…",
        "History",
    ]
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert buttons(client.get(page_url(nordwind))) == ["All fields", "History"]


def test_above_the_form_stands_the_way_back_alone(boss, nordwind):
    shown = boss.get(form_url(nordwind)).context["actions_detail"]
    assert [str(button["title"]) for button in shown] == ["Overview"]


def test_every_button_leads_to_a_page(boss, nordwind):
    for _label, url in boss.get(page_url(nordwind)).context["buttons"]:
        assert boss.get(url, follow=True).status_code == 200


# --- the ways to it -------------------------------------------------------------------------------------------------


def test_rows_of_the_list_and_names_elsewhere_lead_to_it(boss, list_url, nordwind):
    ContactFactory(customer=nordwind)
    here = f'href="{page_url(nordwind)}'
    pages = [list_url, reverse("admin:customers_contact_changelist")]
    pages += [reverse(f"admin:customers_customer_{name}", args=[nordwind.pk]) for name in ("history", "delete", "move")]
    assert [url for url in pages if here not in boss.get(url).text] == []
    shown = boss.get(reverse("admin:customers_customer_show_overview", args=[nordwind.pk]))
    assert shown.url == page_url(nordwind)


def test_save_comes_back_to_it_and_the_other_two_do_as_they_say(boss, nordwind, add_customer_url):
    data = fields_of(boss.get(form_url(nordwind)))
    assert boss.post(form_url(nordwind), sent(data)).url == page_url(nordwind)
    for button, url in (("_continue", form_url(nordwind)), ("_addanother", add_customer_url)):
        data = fields_of(boss.get(form_url(nordwind)))
        assert boss.post(form_url(nordwind), {**data, button: "1"}).url == url
    new = boss.post(add_customer_url, sent(fields_of(boss.get(add_customer_url)), name="New GmbH"))
    assert new.url == page_url(Customer.objects.get(name="New GmbH"))


def test_who_may_add_but_not_look_goes_where_they_may(client, anna, add_customer_url):
    client.force_login(allow(anna, "customers.add_customer"))
    client.post(add_customer_url, sent(fields_of(client.get(add_customer_url)), name="New GmbH"))
    assert Customer.objects.get().name == "New GmbH"
    assert client.get(page_url(Customer.objects.get())).status_code == 403


def test_the_list_one_came_from_is_kept_all_the_way(boss, list_url, nordwind):
    (row,) = [line for line in boss.get(list_url, {"q": "nord"}).text.splitlines() if page_url(nordwind) in line]
    kept = "_changelist_filters=q%3Dnord"
    assert f"{page_url(nordwind)}?{kept}" in row
    page = boss.get(f"{page_url(nordwind)}?{kept}").text
    assert f'href="{list_url}?q=nord"' in page
    assert f'href="{form_url(nordwind)}?{kept}"' in page
    data = sent(fields_of(boss.get(form_url(nordwind))))
    assert boss.post(f"{form_url(nordwind)}?{kept}", data).url == f"{page_url(nordwind)}?{kept}"


def test_a_contact_made_from_the_page_leads_back_to_it(boss, nordwind):
    address = f"{reverse('admin:customers_contact_add')}?customer={nordwind.pk}"
    for back, goal in (("&back=owner", page_url(nordwind)), ("", reverse("admin:customers_contact_changelist"))):
        data = sent(fields_of(boss.get(address + back), "contact_form"), last_name=f"Nowak {back}")
        assert boss.post(address + back, data).url == goal
    contact = Contact.objects.earliest("pk")
    address = reverse("admin:customers_contact_change", args=[contact.pk])
    data = sent(fields_of(boss.get(address), "contact_form"))
    assert boss.post(f"{address}?back=owner", data).url == page_url(nordwind)


def test_way_down_names_the_parents_as_far_as_one_may_know_them(client, anna):
    client.force_login(allow(anna, "customers.view_customer"))
    root = CustomerFactory(name="Root", owner=anna)
    middle = CustomerFactory(name="Theirs", parent=root)
    leaf = CustomerFactory(name="Leaf", parent=middle, owner=anna)
    parents = client.get(page_url(leaf)).context["parents"]
    assert [str(label) for label, _url in parents] == ["Customers", "Root", "(of another owner)"]
    assert [url for _label, url in parents][1:] == [page_url(root), ""]


# --- how much it asks -----------------------------------------------------------------------------------------------


def rich(size):
    """A customer with so many of everything, between a parent and its subsidiaries."""
    customer = CustomerFactory(parent=CustomerFactory())
    AddressFactory.create_batch(size, customer=customer)
    ContactFactory.create_batch(size, customer=customer)
    DepartmentFactory.create_batch(size, customer=customer)
    NoteFactory.create_batch(size, customer=customer)
    CustomerFactory.create_batch(size, parent=customer)
    return customer


def queries(client, customer):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(page_url(customer)).status_code == 200
    return len(caught)


def test_asks_the_same_number_of_questions_however_much_there_is(boss):
    small, large = rich(10), rich(200)
    queries(boss, small)  # what is asked once per process
    assert queries(boss, large) == queries(boss, small)
