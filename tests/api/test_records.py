"""What every resource does alike, shown on customers."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from foundation.changes.models import ChangeSet, Source
from foundation.changes.testing import no_unknown_changes
from tests.api.conftest import caller_of
from tests.factories import ContactFactory, CustomerFactory, PaymentTermFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/api/v1/customers/"


def detail(customer):
    return f"{LIST}{customer.pk}/"


def rep(*codenames):
    """A member of staff who sees only own customers."""
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_A3_without_a_token_the_answer_is_a_problem(client):
    answer = client.get(LIST)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json() | {"status": 401, "code": "not_authenticated"} == answer.json()


def test_a_token_without_the_scope_is_refused(office):
    assert caller_of(office, ["customers:read"]).post(LIST, {"name": "X"}).json()["code"] == "permission_denied"


def test_adds_a_customer_and_tells_where_and_which_version(api, office):
    answer = api.post(LIST, {"name": "Nordwind", "rep_ids": ["R1", "R2"]})
    customer = Customer.objects.get()
    assert (answer.status_code, answer["ETag"]) == (201, '"1"')
    assert answer["Location"].endswith(detail(customer))
    assert (customer.owner, customer.effective_rep_ids) == (office, ["R1", "R2"])


def test_S10_a_change_is_recorded_with_caller_token_and_source(api, office):
    with no_unknown_changes():
        api.post(LIST, {"name": "Nordwind"})
    change_set = ChangeSet.objects.get(source=Source.API)
    assert (change_set.actor, change_set.via) == (office, "Shop")


def test_A2_a_change_without_a_version_is_refused(api):
    customer = CustomerFactory(name="Before")
    answer = api.patch(detail(customer), {"name": "After"})
    customer.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], customer.name) == (428, "version_required", "Before")


def test_A2_a_change_of_a_stale_version_is_refused(api):
    customer = CustomerFactory(name="Before")
    etag = api.get(detail(customer))["ETag"]
    Customer.objects.filter(pk=customer.pk).update(name="Between")
    answer = api.patch(detail(customer), {"name": "After"}, HTTP_IF_MATCH=etag)
    customer.refresh_from_db()
    assert (answer.status_code, answer.json()["code"], customer.name) == (412, "stale", "Between")


def test_A2_a_change_of_the_current_version_answers_with_the_next(api):
    customer = CustomerFactory()
    answer = api.patch(detail(customer), {"name": "After"}, HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer["ETag"], answer.json()["name"]) == (200, '"2"', "After")


def test_A2_pages_are_stable_while_rows_come(api):
    CustomerFactory.create_batch(3)
    first = api.get(LIST, {"page_size": 2, "ordering": "name"}).json()
    CustomerFactory(name="AAA comes first")
    second = api.get(first["next"]).json()
    names = [row["name"] for row in first["results"] + second["results"]]
    assert (len(names), len(set(names)), second["next"]) == (3, 3, None)


def test_A2_a_page_has_at_most_200_rows(api):
    CustomerFactory.create_batch(201)
    assert len(api.get(LIST, {"page_size": 5000}).json()["results"]) == 200


@pytest.mark.parametrize("parameter", ["shoe_size", "ordering"])
def test_A2_unknown_filters_and_orders_are_errors(api, parameter):
    answer = api.get(LIST, {parameter: "shoe_size"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{parameter}")


def test_A3_errors_point_at_the_value(api):
    problem = api.post(LIST, {"name": " ", "vat_id": "PL1234563219", "group": 999}).json()
    assert {error["pointer"] for error in problem["errors"]} >= {"/name", "/group"}
    assert problem["code"] == "invalid"


def test_a_rule_of_the_database_answers_with_its_sentence(api):
    top = CustomerFactory(name="Top")
    below = CustomerFactory(name="Below", parent=top)
    problem = api.patch(detail(top), {"parent": below.pk}, HTTP_IF_MATCH=f'"{top.version}"').json()
    sentence = "Circular reference detected. 'Below' cannot be a parent of 'Top' because it is its child."
    assert [error["detail"] for error in problem["errors"]] == [sentence]
    assert (problem["status"], Customer.objects.get(pk=top.pk).parent) == (400, None)


def test_deleting_what_others_refer_to_is_a_conflict(api):
    term = PaymentTermFactory()
    CustomerFactory(payment_term=term)
    answer = api.delete(f"/api/v1/payment-terms/{term.pk}/", HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_A3_who_sees_own_customers_gets_404_for_others_as_for_none():
    user = rep("view_customer", "change_customer")
    mine, other = CustomerFactory(owner=user), CustomerFactory()
    caller = caller_of(user)
    listed = [row["id"] for row in caller.get(LIST).json()["results"]]
    there, nowhere = caller.get(detail(other)).json(), caller.get(f"{LIST}999999/").json()
    assert listed == [mine.pk]
    assert there | {"request_id": ""} == nowhere | {"request_id": ""}
    assert caller.patch(detail(other), {"name": "Hijack"}, HTTP_IF_MATCH='"1"').status_code == 404


def test_S1_a_reference_to_somebody_elses_customer_does_not_exist():
    user = rep("view_customer", "add_customer", "add_contact", "view_contact")
    other = ContactFactory().customer
    caller = caller_of(user)
    assert caller.post(LIST, {"name": "X", "parent": other.pk}).json()["errors"][0]["pointer"] == "/parent"
    answer = caller.post("/api/v1/contacts/", {"customer": other.pk, "last_name": "Spy"})
    assert (answer.status_code, other.contacts.count()) == (400, 1)


def test_S6_fields_that_are_not_the_callers_to_set_are_ignored(api):
    answer = api.post(LIST, {"name": "X", "version": 99, "vat_state": "valid", "own_account": 1})
    assert (answer.json()["version"], answer.json()["vat_state"]) == (1, "unchecked")


@pytest.mark.parametrize("count", [1, 20])
def test_a_list_asks_a_constant_number_of_queries(api, count, django_assert_max_num_queries):
    CustomerFactory.create_batch(count, payment_term=PaymentTermFactory(), parent=CustomerFactory())
    api.get(LIST)
    with django_assert_max_num_queries(8):
        api.get(LIST)


def test_what_a_search_finds_is_read_by_key_instead_of_looked_for_along_the_ids(api):
    for name in ("Nordwind", "Südwind"):
        CustomerFactory(name=name)
    with CaptureQueriesContext(connection) as captured:
        assert [row["name"] for row in api.get(LIST, {"search": "nord"}).json()["results"]] == ["Nordwind"]
    searching = [query["sql"] for query in captured if "to_tsquery" in query["sql"]]
    assert [sql for sql in searching if "ORDER BY" in sql] == []


def test_the_document_and_its_page_ask_for_a_sign_in(client, api):
    assert client.get("/api/schema/").status_code in (401, 403)
    assert client.get("/api/docs/").status_code == 302
    assert api.get("/api/schema/").status_code == 200
