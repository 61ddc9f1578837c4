"""A former code finds the customer: by the API, and in files of every kind, by the engine and row by row."""

import pytest
from django.urls import reverse

from customers.models import Contact, Customer
from customers.resources import ContactResource, CustomerResource
from foundation.identity.models import User
from tests.api.conftest import caller_of
from tests.customers.merging.worlds import merge
from tests.customers.transfers.oracle import by_engine, by_row, table_of
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
HOW = {"strategy": "upsert", "blank": "keep", "create_missing": False}


@pytest.fixture
def nordwind():
    winner = CustomerFactory(name="Nordwind", code="W-1")
    merge(winner, CustomerFactory(name="Nordwind GmbH", code="L-1"))
    return winner


def state():
    customers = Customer.objects.order_by("pk").values_list("name", "code", "phone", "version")
    return list(customers), list(Contact.objects.order_by("pk").values_list("customer__code", "last_name"))


@pytest.mark.parametrize(
    ("resource", "headers", "lines"),
    [
        (CustomerResource, ["External Id", "Phone"], [("l-1", "1"), ("New", "2")]),
        (CustomerResource, ["Name", "External Id"], [("Renamed", "L-1")]),
        (CustomerResource, ["External Id", "Phone"], [("L-1", "1"), ("W-1", "2")]),
        (ContactResource, ["Last Name", "Customer Code"], [("Lis", "L-1"), ("Nowak", "w-1"), ("Kot", "X-1")]),
    ],
)
def test_the_engine_and_the_plain_way_agree(nordwind, resource, headers, lines):
    table = table_of(headers, lines)
    assert by_engine(resource, table, HOW, state) == by_row(resource, table, HOW, state)


def test_a_row_with_a_former_code_changes_the_customer_and_keeps_its_code(nordwind):
    (customers, _people), counts, said = by_engine(
        CustomerResource, table_of(["Name", "External Id"], [("Renamed", "L-1")]), HOW, state
    )
    assert (customers[0][:2], counts, said) == (("Renamed", "W-1"), (0, 1, 0, 0, 0), [])


def test_a_file_that_names_both_codes_names_one_customer_twice(nordwind):
    table = table_of(["External Id", "Phone"], [("L-1", "1"), ("W-1", "2")])
    assert len(by_engine(CustomerResource, table, HOW, state)[2]) == 2


def test_S1_a_former_code_of_anothers_customer_means_nobody(nordwind):
    stranger = UserFactory()
    table = table_of(["External Id", "Phone"], [("L-1", "1")])
    (customers, _people), _counts, _said = by_engine(CustomerResource, table, HOW | {"actor": stranger}, state)
    assert customers[0][2] == ""


def test_the_api_finds_it(nordwind):
    office = User.objects.create_superuser("office@hub.example", "correct horse battery")
    api = caller_of(office, ["customers:read"])
    for query in ({"code": "l-1"}, {"code": "W-1"}, {"search": "L-1"}):
        found = api.get("/api/v1/customers/", query).json()["results"]
        assert [one["name"] for one in found] == ["Nordwind"], query


def test_the_list_finds_it(client, nordwind):
    client.force_login(User.objects.create_superuser("office@hub.example", "correct horse battery"))
    page = client.get(reverse("admin:customers_customer_changelist"), {"q": "L-1"}).text
    assert f"/customers/customer/{nordwind.pk}/" in page
