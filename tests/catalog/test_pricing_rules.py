"""The rules of combining price lists: the tables of OroCommerce's documentation, and what must hold of any lists."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing.rules import (
    Entry,
    Row,
    Smaller,
    is_active_at,
    merge_by_priority,
    minimal_prices,
    segments,
    tier_for,
)

A, B, C = {1: 20, 10: 18}, {1: 19, 5: 17}, {50: 12}
LISTS = {
    number: [Row(1, 1, Decimal(q), "EUR", Decimal(v)) for q, v in tiers.items()]
    for number, tiers in enumerate((A, B, C))
}


def tiers(combined):
    return {int(slot[2]): int(won.row.value) for slot, won in sorted(combined.items())}


@pytest.mark.parametrize(
    ("flags", "merged"),
    [
        ((True, True, True), {1: 20, 5: 17, 10: 18, 50: 12}),
        ((False, True, True), {1: 20, 10: 18}),
        ((True, False, True), {1: 20, 10: 18, 50: 12}),
    ],
)
def test_the_worked_example_of_both_strategies(flags, merged):
    chain = [Entry(number, flag) for number, flag in enumerate(flags)]
    assert tiers(merge_by_priority(chain, LISTS)) == merged
    assert tiers(minimal_prices(chain, LISTS)) == {1: 19, 5: 17, 10: 18, 50: 12}


ROWS = st.builds(
    Row,
    product=st.integers(1, 2),
    unit=st.just(1),
    quantity=st.sampled_from([Decimal(1), Decimal(5), Decimal(10)]),
    currency=st.sampled_from(["EUR", "PLN"]),
    value=st.integers(0, 9).map(Decimal),
)
PRICES = st.dictionaries(
    st.integers(1, 4), st.lists(ROWS, max_size=6, unique_by=lambda row: row.slot), min_size=1, max_size=4
)
CHAINS = st.lists(st.builds(Entry, st.integers(1, 4), st.booleans()), max_size=6)


@given(chain=CHAINS, prices=PRICES)
def test_the_lowest_price_is_no_more_than_that_of_any_list(chain, prices):
    combined = minimal_prices(chain, prices)
    rows = [row for entry in chain for row in prices.get(entry.price_list, ())]
    assert set(combined) == {row.slot for row in rows}
    assert all(combined[row.slot].row.value <= row.value for row in rows)


@given(chain=CHAINS, prices=PRICES)
def test_a_won_price_stands_in_the_list_that_won(chain, prices):
    for combine in (minimal_prices, merge_by_priority):
        for won in combine(chain, prices).values():
            assert won.row in prices[chain[won.entry].price_list]


@given(chain=CHAINS, prices=PRICES, more=CHAINS)
def test_lists_further_down_change_nothing_for_a_blocked_product(chain, prices, more):
    before, after = merge_by_priority(chain, prices), merge_by_priority([*chain, *more], prices)
    assert all(after[slot] == won for slot, won in before.items())
    first = {}
    for entry in chain:
        for row in prices.get(entry.price_list, ()):
            first.setdefault(row.product, entry)
    for product in (product for product, entry in first.items() if not entry.merge_allowed):
        assert {s for s in before if s[0] == product} == {s for s in after if s[0] == product}


@pytest.mark.parametrize(
    ("quantity", "smaller", "value"),
    [("1", False, 20), ("9.9999", False, 20), ("10", False, 18), ("0.5", False, None), ("0.5", True, 20)],
)
def test_the_largest_tier_that_is_reached_counts(quantity, smaller, value):
    won = tier_for(minimal_prices([Entry(0)], LISTS).values(), Decimal(quantity), smaller=smaller)
    assert (won and int(won.row.value)) == value


@pytest.mark.parametrize(
    ("option", "quantity", "primary", "unit", "allowed"),
    [
        ("fractions_of_one", "0.5", True, False, True),
        ("fractions_of_one", "0.5", False, True, False),
        ("fractions_of_one", "2", True, True, False),
        ("below_tier_decimal", "2", False, True, True),
        ("below_tier_decimal", "2", True, False, False),
        ("below_tier_whole", "2", True, False, True),
        ("below_tier_whole", "2", True, True, False),
    ],
)
def test_each_option_for_smaller_quantities_has_its_case(option, quantity, primary, unit, allowed):
    case = {"primary_has_decimals": primary, "unit_has_decimals": unit}
    assert Smaller(**{option: True}).allows(Decimal(quantity), **case) is allowed
    assert Smaller().allows(Decimal(quantity), **case) is False


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


def test_a_list_that_ends_and_one_that_begins_at_the_same_instant_leave_no_gap():
    ending, beginning = [(None, day(5))], [(day(5), None)]
    assert [is_active_at(ending, day(n)) for n in (4, 5)] == [True, False]
    assert [is_active_at(beginning, day(n)) for n in (4, 5)] == [False, True]
    assert is_active_at([], day(1))


def test_time_is_cut_where_any_list_begins_or_ends():
    assert segments([[(day(2), day(5))], [(None, day(5))], []]) == [
        (None, day(2)),
        (day(2), day(5)),
        (day(5), None),
    ]
    assert segments([[], []]) == [(None, None)]
