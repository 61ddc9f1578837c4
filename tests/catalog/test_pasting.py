"""A block of prices as people paste it."""

from decimal import Decimal

import pytest

from catalog.pricing.pasting import read_block
from foundation.transfers.options import NumberStyle


def cells(text):
    return [(line.sku, line.quantity, line.unit, line.value, line.currency) for line in read_block(text)]


@pytest.mark.parametrize(
    "text",
    [
        "CHAI\t10\tbox\t1234,50\teur",
        "CHAI;10;box;1.234,50;EUR",
        "CHAI,10,box,1234.50,EUR",
        ' CHAI ,10,box,"1,234.50",EUR',
    ],
)
def test_reads_tabs_semicolons_and_commas_with_either_decimal_mark(text):
    assert cells(text) == [("CHAI", Decimal(10), "box", Decimal("1234.50"), "EUR")]


def test_fewer_columns_mean_sku_and_price_then_quantity_then_unit():
    assert cells("A\t5\n") == [("A", Decimal(1), "", Decimal(5), "")]
    assert cells("A\t10\t5") == [("A", Decimal(10), "", Decimal(5), "")]
    assert cells("A\t10\tbox\t5") == [("A", Decimal(10), "box", Decimal(5), "")]


def test_a_heading_names_the_columns_in_any_order():
    (line,) = read_block("Price;Currency;Product SKU\n5;EUR;A")
    assert (line.number, line.sku, line.value, line.currency, line.errors) == (2, "A", Decimal(5), "EUR", [])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("A\tdear", "“dear” is not a number such as 1234.50, 1,234.50."),
        ("A\t-1", "A price is 0 or more, not -1."),
        ("A\t1.23456", "“1.23456” has more than 4 digits after the point."),
        ("A", "A line has SKU, quantity, unit, price and currency; this one has one cell."),
        ("Price;SKU\n;A", "The price is missing."),
    ],
)
def test_says_what_is_wrong_with_a_line(text, error):
    assert read_block(text)[-1].errors == [error]


def test_blank_lines_are_left_out_and_numbers_stay():
    assert [line.number for line in read_block("\nA\t1\n\nB\t2\n")] == [2, 4]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A\t1,250\nB\t3,5", ["1.2500", "3.5"]),
        ("A\t1,250\nB\t3.50", ["1250", "3.50"]),
        ("A\t1.250\nB\t1.250.000", ["1250", "1250000"]),
        ("A\t1,250\nB\t24,90 €", ["1.2500", "24.90"]),
        ("A\t0.125\nB\t1.250", ["0.125", "1.25"]),
    ],
)
def test_the_whole_block_says_which_mark_stands_before_the_decimals(text, read):
    assert [line.value for line in read_block(text)] == [Decimal(one) for one in read]


def test_an_amount_that_can_be_read_in_two_ways_is_asked_about():
    text = "A\t1,000\titem\t3"
    (line,) = read_block(text)
    assert line.errors == ["“1,000” can be read in two ways: say below what the decimal mark is."]
    assert read_block(text, NumberStyle.POINT)[0].quantity == Decimal(1000)
    assert read_block(text, NumberStyle.COMMA)[0].quantity == Decimal(1)
