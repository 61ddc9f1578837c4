"""What a customer pays, through the API."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import caller_of
from tests.factories import (
    CustomerFactory,
    CustomerPriceListFactory,
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
    SystemPriceListFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MANY, WHY = "/api/v1/customer-prices/", "/api/v1/customer-prices/why/"


@pytest.fixture
def chai():
    """Everybody pays 90."""
    chai = ProductFactory(sku="CHAI", unit__code="item")
    SystemPriceListFactory(price_list=PriceFactory(product=chai, value=90, price_list__name="General").price_list)
    return chai


@pytest.fixture
def customer(chai):
    """Nordwind pays 65 from 10 on, 600 per box."""
    customer = CustomerFactory()
    own = PriceListFactory(name="Own")
    PriceFactory(product=chai, price_list=own, value=65, quantity=10)
    box = ProductUnitFactory(product=chai, unit__code="box").unit
    PriceFactory(product=chai, price_list=own, value=600, unit=box)
    CustomerPriceListFactory(customer=customer, price_list=own)
    return customer


def ask(api, customer, *items):
    return api.post(MANY, {"customer": customer.pk, "currency": "EUR", "items": items})


def test_many_prices_in_the_order_they_were_asked(api, customer, chai):
    answer = ask(
        api,
        customer,
        {"sku": "chai", "quantity": "12"},
        {"product": chai.pk},
        {"sku": "CHAI", "unit": "BOX"},
        {"sku": "NOPE"},
        {"sku": "CHAI", "unit": "kg"},
        {"sku": "CHAI", "quantity": "0.5"},
    ).json()
    assert [(one["sku"], one["unit"], one["price"], one["from_quantity"]) for one in answer["items"]] == [
        ("CHAI", "item", "65.0000", "10.0000"),
        ("CHAI", "item", "90.0000", "1.0000"),
        ("CHAI", "box", "600.0000", "1.0000"),
        ("NOPE", None, None, None),
        ("CHAI", None, None, None),
        ("CHAI", "item", None, None),
    ]


def test_many_prices_take_the_same_queries_as_one(api, customer, chai):
    def queries(*products):
        with CaptureQueriesContext(connection) as caught:
            assert ask(api, customer, *({"sku": product.sku} for product in products)).status_code == 200
        return len(caught)

    queries(chai)
    assert queries(chai) == queries(chai, *ProductFactory.create_batch(20))


def test_says_why_with_the_chain_and_the_prices_that_compete(api, customer, chai):
    answer = api.get(WHY, {"customer": customer.pk, "product": chai.pk, "quantity": "10", "currency": "EUR"}).json()
    assert (answer["price"], answer["levels"], answer["unit"]) == ("65.0000", ["customer", "system"], "item")
    assert answer["reason"] == "“Own” (Customer) has the lowest price of the tier that is reached, from 10 on."
    assert [
        (one["name"], one["level"], one["is_active"], [row["fate"] for row in one["prices"]]) for one in answer["chain"]
    ] == [
        ("Own", "customer", True, ["This price holds."]),
        ("General", "system", True, ["A higher tier holds for this quantity."]),
    ]


def test_says_why_there_is_none(api, customer, chai):
    answer = api.get(WHY, {"customer": customer.pk, "product": chai.pk, "currency": "PLN"}).json()
    assert (answer["price"], answer["price_list"]) == (None, None)
    assert answer["reason"] == "There is no price in PLN, only in EUR. Prices are never converted."


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"customer": 0}, "/customer"),
        ({"currency": "euro"}, "/currency"),
        ({"items": []}, "/items"),
        ({"items": [{"sku": "A", "product": 1}]}, "/items/0"),
        ({"items": [{"sku": "A", "quantity": "-1"}]}, "/items/0/quantity"),
    ],
)
def test_wrong_questions_are_pointed_at(api, customer, change, pointer):
    body = {"customer": customer.pk, "currency": "EUR", "items": [{"sku": "A"}]} | change
    answer = api.post(MANY, body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_unknown_parameters_are_errors(api, customer, chai):
    answer = api.get(WHY, {"customer": customer.pk, "product": chai.pk, "currency": "EUR", "shoe": 1})
    assert answer.json()["errors"][0]["pointer"] == "/shoe"


def rep(*words):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=words))
    return user


def test_who_sees_own_customers_asks_about_those_only(customer, chai):
    user = rep("view_customer", "view_price")
    api = caller_of(user, ["prices:read"])
    question = {"customer": customer.pk, "product": chai.pk, "currency": "EUR"}
    assert api.get(WHY, question).json()["errors"][0]["pointer"] == "/customer"
    assert ask(api, customer, {"sku": "CHAI"}).json()["errors"][0]["pointer"] == "/customer"
    customer.owner = user
    customer.save()
    assert api.get(WHY, question).json()["price"] == "90.0000"


@pytest.mark.parametrize(
    ("words", "scopes"),
    [(["view_customer", "view_price"], ["customers:read", "prices:write"]), (["view_customer"], ["prices:read"])],
)
def test_needs_the_scope_and_the_rights(customer, chai, words, scopes):
    api = caller_of(rep(*words), scopes)
    assert ask(api, customer, {"sku": "CHAI"}).status_code == 403
    assert api.get(WHY).status_code == 403
