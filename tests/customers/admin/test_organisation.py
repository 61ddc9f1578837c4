"""The tree of a whole company on a customer's page, its totals, and moving a branch."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Customer
from customers.totals import Total, register_total, unregister_total
from foundation.ui.parts import AlreadyRegisteredError
from tests.customers.admin.conftest import allow, page_url
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, DepartmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db
ALONE = {"HX-Target": "panel-organisation"}


def panel(client, customer, query=""):
    return client.get(f"{page_url(customer)}{query}", headers=ALONE).text


def lines(html):
    """The names in the tree, each with two spaces per level."""
    found = []
    for line in html.split("<li ")[1:]:
        named = line.split('<a class="hub-tree-move"')[0].partition("</li>")[0].partition(">")[2]
        words = re.sub(r"<[^>]+>", " ", named)
        words = re.sub(r"Level \d+:|[▾▸·]", " ", words)
        found.append("  " * line.count("hub-tree-step") + " ".join(words.split()))
    return found


def address(html, identity):
    """Where a link of the tree leads."""
    (tag,) = re.findall(rf'<a [^>]*id="{identity}"[^>]*>', html)
    return re.search(r'href="([^"#]*)', tag)[1].replace("&amp;", "&")


@pytest.fixture
def company():
    """Holding > East > Leaf, Holding > West."""
    holding = CustomerFactory(name="Holding")
    east, west = (CustomerFactory(name=name, parent=holding) for name in ("East", "West"))
    return holding, east, west, CustomerFactory(name="Leaf", parent=east)


@pytest.fixture
def large():
    """A holding with 60 companies, the first of which has 30."""
    holding = CustomerFactory(name="Holding")
    companies = [CustomerFactory(name=f"Company {number:02}", parent=holding) for number in range(60)]
    for number in range(30):
        CustomerFactory(name=f"Shop {number:02}", parent=companies[0])
    return holding, companies


def test_shows_the_whole_company_wherever_one_stands_in_it(boss, company):
    tree = ["Holding", "  East", "    Leaf", "  West"]
    assert [lines(panel(boss, one)) for one in company] == [tree] * 4
    assert '<strong aria-current="page">West</strong>' in panel(boss, company[2])


def test_who_stands_alone_has_no_tree_and_no_totals(boss, nordwind):
    page = boss.get(page_url(nordwind)).text
    assert "panel-organisation" not in page
    assert "panel-company-totals" not in page


def test_branch_is_shut_and_opened_again_by_its_link(boss, company):
    holding, east, *_rest = company
    html = panel(boss, holding)
    shut = address(html, f"tree-{east.pk}")
    html = panel(boss, holding, shut)
    assert lines(html) == ["Holding", "  East 1", "  West"]
    assert 'aria-expanded="false"' in html
    assert lines(panel(boss, holding, address(html, f"tree-{east.pk}"))) == ["Holding", "  East", "    Leaf", "  West"]


def test_large_company_opens_on_the_way_to_its_customer_only(boss, large):
    holding, companies = large
    shown = lines(panel(boss, holding))
    assert (shown[:2], len(shown), shown[-1]) == (["Holding", "  Company 00 30"], 27, "  35 more subsidiaries")
    shown = lines(panel(boss, companies[59]))
    assert shown[-2:] == ["  Company 59", "  34 more subsidiaries"]


def test_large_company_is_opened_level_by_level_to_its_last_customer(boss, large):
    holding, companies = large
    html = panel(boss, holding)
    html = panel(boss, holding, address(html, f"tree-{companies[0].pk}"))
    assert lines(html)[2] == "    Shop 00"
    html = panel(boss, holding, address(html, f"tree-more-{companies[0].pk}"))
    html = panel(boss, holding, address(html, f"tree-more-{holding.pk}"))
    assert len(lines(html)) == 91
    assert "more subsidiaries" not in html


def test_addresses_by_chance_or_malice_are_a_tree_too(boss, large):
    holding, _companies = large
    for query in ("?open=x.-1.99999999999999999999", "?more=" + f"{holding.pk}." * 500, "?shut=1.2&open=&more=%00"):
        assert lines(panel(boss, holding, query))[0].startswith("Holding")


def test_opening_asks_the_same_number_of_questions_however_much_is_open(boss, large):
    holding, companies = large

    def queries(query):
        with CaptureQueriesContext(connection) as caught:
            panel(boss, holding, query)
        return len(caught)

    queries("")
    everything = ".".join(str(one.pk) for one in companies)
    assert queries(f"?open={everything}&more={holding.pk}") == queries("")


def test_deep_chain_is_drawn_and_says_its_level(boss):
    last = CustomerFactory(name="Level 1")
    for number in range(2, 400):
        last = CustomerFactory(name=f"Level {number}", parent=last)
    html = panel(boss, last)
    assert html.count("<li ") == 399
    assert "Level 399:" in html


def test_relatives_of_another_owner_are_neither_named_nor_in_the_order_of_their_names(client, anna, company):
    holding, east, west, leaf = company
    client.force_login(allow(anna, "customers.view_customer"))
    Customer.objects.filter(pk__in=[holding.pk, west.pk, leaf.pk]).update(owner=anna)
    page = client.get(page_url(leaf)).text
    assert lines(panel(client, leaf)) == ["Holding", "  West", "  (of another owner)", "    Leaf"]
    assert "East" not in page
    assert page_url(east) not in page


# --- totals ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def dummy_total():
    register_total(Total("dummy", "Dummies", 99, "customers.view_note", lambda keys: f"{keys.count()} EUR"))
    yield
    unregister_total("dummy")


def totals(client, customer):
    html = client.get(page_url(customer), headers={"HX-Target": "panel-company-totals"}).text
    return re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", html)


def test_totals_add_up_the_whole_company_and_what_other_apps_register(boss, company, dummy_total):
    CustomerFactory(name="Stranger")
    ContactFactory.create_batch(3, customer=company[3])
    AddressFactory(customer=company[0])
    expected = [("Customers", "4"), ("Contacts", "3"), ("Addresses", "1"), ("Dummies", "4 EUR")]
    assert totals(boss, company[1]) == expected


def test_totals_hold_what_a_person_may_see_only(client, anna, company, dummy_total):
    client.force_login(allow(anna, "customers.view_customer", "customers.view_contact"))
    mine = company[3]
    Customer.objects.filter(pk=mine.pk).update(owner=anna)
    ContactFactory(customer=mine)
    ContactFactory(customer=company[0])
    assert totals(client, mine) == [("Customers", "1"), ("Contacts", "1")]


def test_each_total_is_one_question_however_large_the_company_is(boss, company, large):
    def queries(customer):
        with CaptureQueriesContext(connection) as caught:
            totals(boss, customer)
        return sum("count(" in query["sql"].lower() for query in caught)

    assert (queries(company[0]), queries(large[0])) == (3, 3)


def test_two_totals_do_not_share_a_slug(dummy_total):
    with pytest.raises(AlreadyRegisteredError):
        register_total(Total("dummy", "Again", 1, "", lambda keys: 0))


# --- moving ---------------------------------------------------------------------------------------------------------


def move_url(customer):
    return reverse("admin:customers_customer_move", args=[customer.pk])


def test_each_line_leads_to_moving_it_for_those_who_may(boss, client, anna, company):
    html = panel(boss, company[0])
    assert [move_url(one) in html for one in company] == [True] * 4
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert "hub-tree-move" not in panel(client, company[0])


def test_move_says_from_where_to_where_before_it_moves(boss, company):
    _holding, east, west, leaf = company
    asked = boss.post(move_url(leaf), {"value": west.pk, "confirmed": "yes"}).text
    assert "Holding / East" in asked
    assert "Holding / West" in asked
    assert Customer.objects.get(pk=leaf.pk).parent == east


def test_move_to_the_top(boss, company):
    leaf = company[3]
    asked = boss.post(move_url(leaf), {"value": "", "confirmed": "yes"}).text
    assert "at the top" in asked
    boss.post(move_url(leaf), {"value": "", "confirmed": "yes", "seen": "yes"})
    assert Customer.objects.get(pk=leaf.pk).parent is None


def test_circle_is_refused_before_anything_is_asked(boss, company):
    _holding, east, _west, leaf = company
    refused = boss.post(move_url(east), {"value": leaf.pk, "confirmed": "yes"}).text
    assert "Circular reference detected. &#x27;Leaf&#x27; cannot be a parent of &#x27;East&#x27;" in refused
    assert "Subsidiaries that go with it" not in refused


def test_move_to_where_it_is_is_no_move(boss, company):
    assert (
        "“Leaf” is there already." in boss.post(move_url(company[3]), {"value": company[1].pk, "confirmed": "yes"}).text
    )


def test_what_the_database_refuses_comes_back_as_a_sentence(boss, company):
    _holding, east, west, leaf = company
    department = DepartmentFactory(name="Buyers", customer=east)
    MembershipFactory(department=department, contact=ContactFactory(customer=leaf))
    refused = boss.post(move_url(leaf), {"value": west.pk, "confirmed": "yes", "seen": "yes"})
    assert "Buyers" in refused.text
    assert Customer.objects.get(pk=leaf.pk).parent == east
