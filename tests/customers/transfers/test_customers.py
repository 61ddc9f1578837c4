"""The columns of customers that are our own: the engine and the plain way agree on them, and a file brings them."""

import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from customers.models import Customer, CustomerPriceList
from customers.resources import CustomerResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import NumberStyle, Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import AddressFactory, CustomerFactory, CustomerPriceListFactory, PriceListFactory

pytestmark = pytest.mark.django_db

CELLS = {
    "Name": ["Ada", "Bob", "Cyd", "New", ""],
    "Version": ["", "1", "1", "7"],
    "VAT Id": ["", "PL1234563218", "123-456-32-18", "__NULL__"],
    "E-mail": ["", "a@b.example", "A@B.example", "a b@c.example", "nobody", "__NULL__"],
    "Phone": ["", "+48 22 123 45 67", "22 123 45 67", "x" * 65, "__NULL__"],
    "Price Lists": ["", "Net", "net;GROSS", "Gross;Net", "Nope;Gross;Neither", "Net; net", " Net ; ", "__NULL__"],
    "Price fallback": ["", "group", "THIS CUSTOMER ONLY", "customer_only", "none", "__NULL__"],
    "Credit limit": ["", "10", "1,234.50", "1 234,50", "1e3", "-1", "0.005", "1" * 13, "__NULL__"],
    "Credit currency": ["", "EUR", "eur", "XXX", "__NULL__"],
    "On hold": ["", "1", "NO", "tak", "maybe", "__NULL__"],
    "Internal": ["", "true", "0", "__NULL__"],
}


def state():
    return sorted(
        (
            *(c.name, c.vat_id, c.vat_state, c.email, c.phone, c.phone_e164, c.price_fallback),
            *(c.credit_limit, c.credit_currency, c.is_on_hold, c.is_internal, c.version),
            tuple(c.price_lists.order_by("position", "pk").values_list("price_list__name", "position")),
        )
        for c in Customer.objects.all()
    )


@pytest.fixture
def world(db):
    net, gross = PriceListFactory(name="Net"), PriceListFactory(name="Gross")
    ada = CustomerFactory(name="Ada", vat_id="PL1234563218", vat_state="valid", email="ada@ada.example")
    bob = CustomerFactory(
        name="Bob", phone="22 123 45 67", phone_e164="+48221234567", credit_limit=5, credit_currency="PLN"
    )
    AddressFactory(customer=bob)
    CustomerPriceListFactory(customer=ada, price_list=gross, position=7)
    CustomerPriceListFactory(customer=ada, price_list=net, position=3)
    CustomerFactory(name="Cyd", is_on_hold=True, is_internal=True, price_fallback="customer_only")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(CELLS, always=("Name",)), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, file, options):
    table = table_of(*file)
    assert by_engine(CustomerResource, table, options, state) == by_row(CustomerResource, table, options, state)


def run(text, **options):
    with recording():
        return import_table(CustomerResource(), read_table(io.BytesIO(text.encode())), Options(**options))


def test_every_column_of_ours_arrives():
    PriceListFactory(name="Net"), PriceListFactory(name="Gross")
    counts, refusals = run(
        "Name,Email Address,Telephone,Price Lists,Price fallback,Credit limit,Credit currency,On hold,Internal\n"
        'Ada,a@b.example,+48 22 123 45 67,Gross;Net,This customer only,"1,234.50",EUR,tak,no\n'
    )
    ada = Customer.objects.get()
    assert (counts.new, refusals) == (1, [])
    assert (ada.email, ada.phone_e164, ada.price_fallback) == ("a@b.example", "+48221234567", "customer_only")
    assert (ada.credit_limit, ada.credit_currency, ada.is_on_hold, ada.is_internal) == (
        Decimal("1234.50"),
        "EUR",
        True,
        False,
    )
    assert list(ada.price_lists.values_list("price_list__name", flat=True)) == ["Gross", "Net"]


def test_price_lists_in_another_order_change_their_places_alone():
    ada, lists = CustomerFactory(name="Ada"), [PriceListFactory(name="Net"), PriceListFactory(name="Gross")]
    rows = [CustomerPriceListFactory(customer=ada, price_list=one, position=n) for n, one in enumerate(lists)]
    run("Name,Price Lists\nAda,Gross;Net\n")
    places = dict(CustomerPriceList.objects.values_list("pk", "position"))
    assert places == {rows[1].pk: 1, rows[0].pk: 2}


def test_I6_a_comma_is_a_decimal_point_only_where_the_import_says_so():
    text = 'Name,Credit limit,Credit currency\nAda,"1 234,50",EUR\n'
    run(text, numbers=NumberStyle.COMMA)
    assert Customer.objects.get().credit_limit == Decimal("1234.50")


def test_I6_without_that_the_comma_is_refused():
    _counts, refusals = run('Name,Credit limit,Credit currency\nAda,"1 234,50",EUR\n')
    assert refusals[0].message == "“1 234,50” is not a number such as 1234.50, 1,234.50."


def test_I8_a_number_taken_away_takes_what_was_made_of_it():
    CustomerFactory(
        name="Ada", phone="+48221234567", phone_e164="+48221234567", vat_id="PL1234563218", vat_state="valid"
    )
    run("Name,Phone,VAT Id\nAda,__NULL__,__NULL__\n")
    ada = Customer.objects.get()
    assert (ada.phone, ada.phone_e164, ada.vat_id, ada.vat_state) == ("", "", "", "unchecked")
