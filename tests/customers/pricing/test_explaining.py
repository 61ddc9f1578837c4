"""Why this price, and why none."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import PriceListSchedule, PricingSettings
from customers.models import CustomerPriceList, GroupPriceList, SystemPriceList
from customers.pricing.chain import Level
from customers.pricing.explaining import explain
from tests.factories import (
    CustomerFactory,
    CustomerGroupFactory,
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chai(db):
    return ProductFactory(sku="CHAI")


@pytest.fixture
def customer(chai):
    """Everybody pays 90, the group 70, the customer 75 from 10 on."""
    group = CustomerGroupFactory(name="Gastro")
    customer = CustomerFactory(group=group)
    for model, holder, name, value, quantity in (
        (SystemPriceList, {}, "Everybody", 90, 1),
        (GroupPriceList, {"group": group}, "Gastro", 70, 1),
        (CustomerPriceList, {"customer": customer}, "Own", 75, 10),
    ):
        prices = PriceListFactory(name=name, currencies=["EUR", "PLN"])
        PriceFactory(price_list=prices, product=chai, value=value, quantity=quantity)
        model.objects.create(price_list=prices, **holder)
    return customer


def ask(customer, product, quantity=1, currency="EUR", **more):
    return explain(customer, product, quantity=Decimal(quantity), currency=currency, **more)


def test_the_lowest_price_of_the_tier_wins_and_the_others_say_why_not(customer, chai):
    answer = ask(customer, chai)
    assert (answer.value, answer.winner.level, answer.levels) == (70, Level.GROUP, list(Level))
    assert answer.reason == ("“Gastro” (Customer group) has the lowest price of the tier that is reached, from 1 on.")
    assert [(shown.entry.price_list.name, [c.fate for c in shown.competitors]) for shown in answer.lists] == [
        ("Own", ["The quantity does not reach this tier."]),
        ("Gastro", ["This price holds."]),
        ("Everybody", ["Another list is cheaper for this tier."]),
    ]


def test_a_cheaper_low_tier_does_not_push_out_a_dearer_high_one(customer, chai):
    assert ask(customer, chai, 10).value == 75


def test_by_priority_the_first_list_wins_and_may_block_the_rest(customer, chai):
    PricingSettings.objects.create(pk=1, strategy="merge_by_priority")
    assert ask(customer, chai).reason == (
        "“Gastro” (Customer group) is the first list with a price of this tier, from 1 on."
    )
    assert ask(customer, chai).lists[2].competitors[0].fate == "A list before it gives the price of this tier."
    CustomerPriceList.objects.update(merge_allowed=False)
    answer = ask(customer, chai)
    assert (answer.value, answer.reason) == (None, "The smallest tier begins at 10.")
    assert answer.lists[1].competitors[0].fate.startswith("Left out: a list before it has prices of the product")


def test_less_than_the_smallest_tier_where_the_settings_allow_it(customer, chai):
    PricingSettings.objects.create(pk=1, strategy="merge_by_priority", below_tier_whole=True)
    CustomerPriceList.objects.update(merge_allowed=False)
    answer = ask(customer, chai, 3)
    assert (answer.value, answer.tier) == (75, 10)
    assert answer.reason == "“Own” (Customer): the quantity is below its smallest tier, whose price is given."


def test_lists_out_of_force_are_shown_with_the_reason(customer, chai):
    own, gastro, everybody = (shown.entry.price_list for shown in ask(customer, chai).lists)
    own.is_active = False
    own.save()
    PriceListSchedule.objects.create(price_list=gastro, active_at=datetime(2030, 1, 1, tzinfo=UTC))
    answer = ask(customer, chai)
    assert [shown.reason for shown in answer.lists] == ["The list is switched off.", "Not in one of its schedules.", ""]
    assert (answer.value, answer.winner.price_list) == (90, everybody)
    assert ask(customer, chai, moment=datetime(2031, 1, 1, tzinfo=UTC)).value == 70


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"currency": "PLN"}, "There is no price in PLN, only in EUR. Prices are never converted."),
        ({"quantity": "0.5"}, "The smallest tier begins at 1."),
    ],
)
def test_why_there_is_no_price(customer, chai, more, reason):
    assert ask(customer, chai, **more).reason == reason


def test_why_there_is_no_price_in_another_unit_or_of_another_product(customer, chai):
    further = ProductUnitFactory(product=chai, unit__code="box")
    assert ask(customer, chai, unit=further.unit).reason.startswith("There is no price per box in this currency")
    assert ask(customer, ProductFactory()).reason == "No list in force has a price of this product."


def test_why_a_customer_has_no_prices_at_all(chai):
    assert ask(CustomerFactory(), chai).reason == (
        "Neither the customer nor its group has a price list, and there is none for everybody."
    )
    assert ask(CustomerFactory(price_fallback="customer_only"), chai).reason == (
        "The customer is to use its own price lists only, and has none."
    )


def test_the_answer_takes_the_same_queries_however_many_lists(customer, chai):
    def queries():
        customer.refresh_from_db()
        with CaptureQueriesContext(connection) as caught:
            ask(customer, chai)
        return len(caught)

    few = queries()
    for _number in range(5):
        prices = PriceFactory(product=chai).price_list
        CustomerPriceList.objects.create(customer=customer, price_list=prices)
        PriceListSchedule.objects.create(price_list=prices)
    assert queries() == few
