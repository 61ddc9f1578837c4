"""The list of customers: columns, search, filters, orderings, and how many queries it takes."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import search
from customers.models import Customer
from customers.search import customer_search, found
from tests.factories import (
    AccountFactory,
    ContactFactory,
    CustomerFactory,
    InternalRatingFactory,
    PaymentTermFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def names(response):
    return [customer.name for customer in response.context["cl"].result_list]


def queries_of(client, url):
    client.get(url)  # content types and the like are remembered
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_fifty_rows_take_as_many_queries_as_one(boss, list_url, group):
    def full_row():
        return CustomerFactory(
            group=group,
            parent=CustomerFactory(),
            owner=UserFactory(),
            internal_rating=InternalRatingFactory(),
            payment_term=PaymentTermFactory(),
        )

    full_row()
    one = queries_of(boss, list_url)
    for _number in range(24):
        full_row()
    assert len(names(boss.get(list_url))) == 50
    assert queries_of(boss, list_url) == one
    assert one <= 12


@pytest.mark.parametrize("typed", ["Nordwind", "einkauf@nordwind.example", "nothing like it"])
def test_a_search_takes_as_few_queries(boss, list_url, nordwind, typed):
    ContactFactory(customer=nordwind, email="einkauf@nordwind.example")
    assert queries_of(boss, f"{list_url}?q={typed}") <= 12


def test_names_come_in_order(boss, list_url):
    for name in ("Beta", "Alfa", "Gamma"):
        CustomerFactory(name=name)
    assert names(boss.get(list_url)) == ["Alfa", "Beta", "Gamma"]


def test_inherited_payment_term_says_where_it_comes_from(boss, list_url, group):
    CustomerFactory(group=group)
    CustomerFactory(group=group, payment_term=PaymentTermFactory(label="prepaid"))
    html = boss.get(list_url).text
    assert '<span class="hub-sr">net 30 days (Defined for Customer Group)</span>' in html
    assert '<span aria-hidden="true">net 30 days <small>group</small></span>' in html
    assert "prepaid (Defined" not in html


def test_account_is_named_where_its_name_is_not_the_customers(boss, list_url):
    CustomerFactory(name="Nordwind", account=AccountFactory(name="Nordwind"))
    CustomerFactory(name="Werk Ost", account=AccountFactory(name="Südwind Gruppe"))
    html = boss.get(list_url).text
    assert '<span class="hub-quiet" title="Nordwind">same</span>' in html
    assert html.count(">same</span>") == 1
    assert html.count("Südwind Gruppe") == 1


def test_payment_terms_sort_by_the_value_in_force(boss, list_url, group):
    CustomerFactory(name="Inherits", group=group)
    CustomerFactory(name="Own", payment_term=PaymentTermFactory(label="cash"))
    assert names(boss.get(list_url, {"o": "6"})) == ["Own", "Inherits"]
    assert names(boss.get(list_url, {"o": "-6"})) == ["Inherits", "Own"]


@pytest.mark.parametrize("column", range(1, 9))
@pytest.mark.parametrize("direction", ["", "-"])
def test_every_column_sorts_both_ways(boss, list_url, nordwind, column, direction):
    assert names(boss.get(list_url, {"o": f"{direction}{column}"})) == ["Nordwind Handels GmbH"]


@pytest.mark.parametrize("typed", ["Nordw", "K-1", "PL5260001246", "info@nordwind.example", "einkauf@nordwind.example"])
def test_search_finds_by(boss, list_url, nordwind, typed):
    Customer.objects.filter(pk=nordwind.pk).update(vat_id="PL5260001246", email="info@nordwind.example")
    ContactFactory(customer=nordwind, email="einkauf@nordwind.example")
    CustomerFactory(name="Another")
    assert names(boss.get(list_url, {"q": typed})) == ["Nordwind Handels GmbH"]


def test_search_without_a_hit_says_so(boss, list_url, nordwind):
    response = boss.get(list_url, {"q": "zzzz"})
    assert (response.status_code, names(response)) == (200, [])


@pytest.fixture
def three(group):
    """A root with a subsidiary, and one that has nothing."""
    root = CustomerFactory(
        name="Root", group=group, code="R-1", vat_id="PL5260001246", vat_state="valid", rep_ids=["ANOWAK"]
    )
    branch = CustomerFactory(name="Branch", parent=root, payment_term=PaymentTermFactory(), is_internal=True)
    bare = CustomerFactory(name="Bare")
    return root, branch, bare


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"place": "has_parent"}, ["Branch"]),
        ({"place": "root"}, ["Bare", "Root"]),
        ({"place": "has_children"}, ["Root"]),
        ({"vat_state__exact": "valid"}, ["Root"]),
        ({"rep": "anowak"}, ["Root"]),
        ({"without": "group"}, ["Bare", "Branch"]),
        ({"without": "code"}, ["Bare", "Branch"]),
        ({"without": "payment_term"}, ["Bare"]),
        ({"without": "tax_code"}, ["Bare", "Branch"]),
        ({"without": "vat_id"}, ["Bare", "Branch"]),
        ({"without": "reps"}, ["Bare", "Branch"]),
        ({"without": "contact"}, ["Bare", "Branch", "Root"]),
        ({"without": "address"}, ["Bare", "Branch", "Root"]),
        ({"is_internal__exact": "1"}, ["Branch"]),
        ({"owner": "nobody"}, ["Bare", "Branch", "Root"]),
        ({"owner": "mine"}, []),
    ],
)
def test_filter(boss, list_url, three, parameters, expected):
    assert names(boss.get(list_url, parameters)) == expected


def test_filter_by_group_parent_and_account(boss, list_url, three):
    root, branch, _bare = three
    assert names(boss.get(list_url, {"group__id__exact": root.group_id})) == ["Root"]
    assert names(boss.get(list_url, {"parent__id__exact": root.pk})) == ["Branch"]
    assert names(boss.get(list_url, {"account__id__exact": branch.account_id})) == ["Branch"]


def test_filter_by_term_and_code_counts_inherited_ones(boss, list_url, three, group):
    root, branch, _bare = three
    assert names(boss.get(list_url, {"payment_term": group.payment_term_id})) == ["Root"]
    assert names(boss.get(list_url, {"payment_term": branch.payment_term_id})) == ["Branch"]
    assert names(boss.get(list_url, {"tax_code": group.tax_code_id})) == ["Root"]


def test_several_ratings_at_once(boss, list_url):
    ratings = [InternalRatingFactory() for _number in range(3)]
    for number, rating in enumerate(ratings):
        CustomerFactory(name=f"Rated {number}", internal_rating=rating)
    chosen = {"internal_rating": [ratings[0].pk, ratings[2].pk]}
    assert names(boss.get(list_url, chosen)) == ["Rated 0", "Rated 2"]


def test_days_are_counted_with_their_last_one(boss, list_url, nordwind):
    today = timezone.localdate()
    assert names(boss.get(list_url, {"created_at_from": today, "created_at_to": today})) == ["Nordwind Handels GmbH"]
    assert names(boss.get(list_url, {"created_at_to": today - dt.timedelta(days=1)})) == []


def test_days_that_are_none_are_left_out(boss, list_url, nordwind):
    assert names(boss.get(list_url, {"created_at_from": "2026-02-30"})) == ["Nordwind Handels GmbH"]


def test_columns_are_chosen_and_remembered(boss, list_url, three):
    boss.post(f"{list_url}columns/", {"columns": ["id", "rep_ids_shown", "vat_state_shown", "created_at", "owner"]})
    response = boss.get(list_url)
    shown = [column for column in response.context["cl"].list_display if column != "action_checkbox"]
    assert shown == ["name", "owner", "vat_state_shown", "rep_ids_shown", "id", "created_at"]
    assert "ANOWAK" in response.text


@pytest.fixture
def sixty(group):
    """More customers than fit on one page, made in another order than that of their names."""
    return Customer.objects.bulk_create(
        Customer(name=f"Customer {number:03}", group=group) for number in reversed(range(60))
    )


def test_second_page_goes_on_where_the_first_one_ends(boss, list_url, sixty):
    pages = names(boss.get(list_url)) + names(boss.get(list_url, {"p": 2}))
    assert pages == [f"Customer {number:03}" for number in range(60)]


def test_what_a_page_skips_is_read_by_key_alone(boss, list_url, sixty):
    with CaptureQueriesContext(connection) as captured:
        boss.get(list_url, {"p": 2})
    [skipping] = [query["sql"] for query in captured if " OFFSET 50" in query["sql"]]
    assert skipping.startswith('SELECT "customers_customer"."id" AS "pk" FROM')


@pytest.mark.parametrize("query", ["p=2", "o=6", "group__id__exact={group}", "q=customer"])
def test_a_page_of_many_takes_as_few_queries(boss, list_url, sixty, group, query):
    assert queries_of(boss, f"{list_url}?{query.format(group=group.pk)}") <= 12


def test_filter_by_group_does_not_count_the_customers_of_the_group(boss, list_url, sixty, group):
    with CaptureQueriesContext(connection) as captured:
        boss.get(list_url, {"group__id__exact": group.pk})
    assert [query["sql"] for query in captured if "customer_count" in query["sql"]] == []


@pytest.mark.parametrize("order", [["name", "pk"], ["-name", "-pk"], ["pk"], ["-id"], ["group__name", "-name", "pk"]])
def test_many_hits_come_in_the_same_order(sixty, monkeypatch, order):
    monkeypatch.setattr(search, "FEW", 10)
    rows = Customer.objects.order_by(*order)
    assert list(found(rows, "customer")) == list(rows)


def test_many_hits_leave_out_nobody_whom_a_contact_leads_to(sixty, nordwind, monkeypatch):
    monkeypatch.setattr(search, "FEW", 10)
    rows = Customer.objects.order_by("name")
    assert list(found(rows, "customer", [nordwind.pk])) == list(rows)


@pytest.mark.parametrize("order", ["name", "pk"])
def test_many_hits_are_sorted_instead_of_looked_for_along_an_index(sixty, monkeypatch, order):
    monkeypatch.setattr(search, "FEW", 10)
    rows = Customer.objects.order_by(order)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
    assert "Sort" not in customer_search(rows, "customer")[:50].explain()
    assert "Sort" in found(rows, "customer")[:50].explain()


def test_page_past_the_last_one_opens_the_last_one(boss, list_url, sixty):
    response = boss.get(list_url, {"p": "99999"})
    assert (len(names(response)), response.context["cl"].page_num) == (10, 2)
