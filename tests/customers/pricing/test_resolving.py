"""The price a customer gets: the tables of OroCommerce, and the one query against the plain rules."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Price, PriceList, PriceListSchedule, PricingSettings
from catalog.pricing.rules import Row, Smaller, merge_by_priority, minimal_prices, tier_for
from customers.models import Customer, CustomerPriceList, GroupPriceList, SystemPriceList
from customers.pricing import Wanted, chain_of, prices_for
from tests.factories import (
    CustomerFactory,
    CustomerGroupFactory,
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
)

pytestmark = pytest.mark.django_db
ONE = Decimal(1)


def priced(value, product, **more):
    """A list in which the product costs so much."""
    price = PriceFactory(product=product, value=value, **more)
    return price.price_list


def value_for(customer, product, quantity=ONE, **more):
    wanted = Wanted(product.pk, more.pop("unit", product.unit_id), Decimal(quantity), more.pop("currency", "EUR"))
    found = prices_for(customer, [wanted], **more)
    return found[wanted].value if found else None


@pytest.mark.parametrize(
    ("in_group", "own", "fallback", "value"),
    [
        (True, False, "group", 70),
        (False, False, "group", 90),
        (True, True, "group", 65),
        (True, True, "customer_only", 65),
        (True, False, "customer_only", None),
    ],
)
def test_the_chain_by_group_own_list_and_fallback(in_group, own, fallback, value):
    product = ProductFactory()
    SystemPriceList.objects.create(price_list=priced(90, product))
    group = CustomerGroupFactory()
    GroupPriceList.objects.create(group=group, price_list=priced(70, product))
    customer = CustomerFactory(group=group if in_group else None, price_fallback=fallback)
    if own:
        CustomerPriceList.objects.create(customer=customer, price_list=priced(65, product))
    assert value_for(customer, product) == value


def test_a_group_may_stand_alone():
    product = ProductFactory()
    SystemPriceList.objects.create(price_list=priced(50, product))
    group = CustomerGroupFactory(price_fallback="group_only")
    customer = CustomerFactory(group=group)
    assert value_for(customer, product) is None
    GroupPriceList.objects.create(group=group, price_list=priced(70, product))
    assert value_for(customer, product) == 70


def test_the_parent_company_plays_no_part():
    product, parent = ProductFactory(), CustomerFactory()
    CustomerPriceList.objects.create(customer=parent, price_list=priced(10, product))
    assert value_for(CustomerFactory(parent=parent), product) is None


def test_inactive_lists_and_those_out_of_their_time_give_nothing():
    product, customer = ProductFactory(), CustomerFactory()
    prices = priced(10, product)
    CustomerPriceList.objects.create(customer=customer, price_list=prices)
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    PriceListSchedule.objects.create(price_list=prices, active_at=moment, deactivate_at=moment + timedelta(days=1))
    at = [moment - timedelta(seconds=1), moment, moment + timedelta(days=1)]
    assert [value_for(customer, product, moment=one) for one in at] == [None, 10, None]
    PriceList.objects.update(is_active=False)
    assert value_for(customer, product, moment=moment) is None


def test_only_the_present_edition_of_a_list_counts():
    product, customer = ProductFactory(), CustomerFactory()
    prices = priced(10, product)
    CustomerPriceList.objects.create(customer=customer, price_list=prices)
    PriceFactory(price_list=prices, product=product, edition=2, value=8)
    assert value_for(customer, product) == 10
    PriceList.objects.update(edition=2)
    assert value_for(customer, product) == 8


def test_any_number_of_products_takes_two_queries():
    customer, products = CustomerFactory(), ProductFactory.create_batch(20)
    prices = PriceListFactory()
    CustomerPriceList.objects.create(customer=customer, price_list=prices)
    for product in products:
        priced(5, product, price_list=prices)
    wanted = [Wanted(product.pk, product.unit_id, ONE, "EUR") for product in products]
    with CaptureQueriesContext(connection) as queries:
        assert len(prices_for(customer, wanted)) == 20
    assert len(queries) == 2  # the settings and the prices
    assert prices_for(customer, []) == {}


ROWS = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from(["0", "0.5", "1", "5", "10"]),
    st.integers(1, 9),
    st.booleans(),
)
LISTS = st.lists(st.lists(ROWS, max_size=6), min_size=1, max_size=4)
GIVEN = st.lists(st.tuples(st.sampled_from(["own", "group", "all"]), st.integers(0, 3), st.booleans()), max_size=7)
HOW = st.fixed_dictionaries(
    {
        "strategy": st.sampled_from(PricingSettings.Strategy.values),
        "fractions_of_one": st.booleans(),
        "below_tier_decimal": st.booleans(),
        "below_tier_whole": st.booleans(),
    }
)


@pytest.fixture
def world(db):
    group = CustomerGroupFactory()
    products = [ProductFactory(unit_precision=n % 2) for n in range(3)]
    units = [ProductUnitFactory(product=product, precision=(n + 1) % 2).unit for n, product in enumerate(products)]
    return CustomerFactory(group=group), group, products, units


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lists=LISTS, assigned=GIVEN, how=HOW, quantity=st.sampled_from(["0.2", "1", "3", "5", "7", "50"]))
def test_the_query_finds_what_the_rules_say(world, lists, assigned, how, quantity):
    with transaction.atomic():
        customer, group, products, units = world
        _fill(lists, assigned, world)
        PricingSettings.objects.create(pk=1, **how)
        wanted = [
            Wanted(product.pk, unit, Decimal(quantity), currency)
            for product, further in zip(products, units, strict=True)
            for unit in (product.unit_id, further.pk)
            for currency in ("EUR", "PLN")
        ]
        found = prices_for(customer, wanted)
        assert {w: (f.value, f.tier, f.price_list) for w, f in found.items()} == _by_rules(customer, wanted, world, how)
        transaction.set_rollback(True)


def _fill(lists, assigned, world):
    customer, group, products, units = world
    made = [PriceListFactory(currencies=["EUR", "PLN"], is_active=place != 3) for place in range(len(lists))]
    for prices, rows in zip(made, lists, strict=True):
        slots = {(p, u, q, z): v for p, u, q, v, z in rows}
        for (p, u, quantity, is_zloty), value in slots.items():
            unit = units[p] if u else products[p].unit
            currency = "PLN" if is_zloty else "EUR"
            PriceFactory(
                price_list=prices, product=products[p], unit=unit, quantity=quantity, currency=currency, value=value
            )
    for position, (level, place, merge) in enumerate(dict.fromkeys((le, n % len(made), m) for le, n, m in assigned)):
        model, holder = {
            "own": (CustomerPriceList, {"customer": customer}),
            "group": (GroupPriceList, {"group": group}),
            "all": (SystemPriceList, {}),
        }[level]
        if not model.objects.filter(price_list=made[place], **holder).exists():
            model.objects.create(price_list=made[place], position=position, merge_allowed=merge, **holder)


def _by_rules(customer, wanted, world, how):
    chain = [entry.entry for entry in chain_of(Customer.objects.get(pk=customer.pk)) if entry.is_active_at(now())]
    prices = {}
    for price in Price.objects.all():
        row = Row(price.product_id, price.unit_id, price.quantity, price.currency, price.value)
        prices.setdefault(price.price_list_id, []).append(row)
    combine = merge_by_priority if how["strategy"] == "merge_by_priority" else minimal_prices
    combined = combine(chain, prices).values()
    smaller = Smaller(**{name: how[name] for name in how if name != "strategy"})
    decimals = {product.pk: product.unit_precision > 0 for product in world[2]}
    found = {}
    for one in wanted:
        primary = decimals[one.product]
        is_primary = one.unit in {product.unit_id for product in world[2]}
        allowed = smaller.allows(
            one.quantity, primary_has_decimals=primary, unit_has_decimals=primary if is_primary else not primary
        )
        rows = [w for w in combined if w.row.slot[:2] + (w.row.currency,) == (one.product, one.unit, one.currency)]
        if won := tier_for(rows, one.quantity, smaller=allowed):
            found[one] = (won.row.value, won.row.quantity, chain[won.entry].price_list)
    return found
