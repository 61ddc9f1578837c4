"""A block of prices as people paste it."""

from decimal import Decimal

import pytest

from catalog.pricing.pasting import read_block


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
        ("A", "A line has SKU, quantity, unit, price and currency; this one has 1 cells."),
        ("Price;SKU\n;A", "The price is missing."),
    ],
)
def test_says_what_is_wrong_with_a_line(text, error):
    assert read_block(text)[-1].errors == [error]


def test_blank_lines_are_left_out_and_numbers_stay():
    assert [line.number for line in read_block("\nA\t1\n\nB\t2\n")] == [2, 4]
