"""Cells that are more than text."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from foundation.transfers.options import DateStyle, NumberStyle, Options
from foundation.transfers.widgets import ChoiceWidget, DateTimeWidget, DateWidget, DecimalWidget, FlagWidget

MONEY = DecimalWidget(digits=14, places=2)
COMMA, DAY_FIRST = Options(numbers=NumberStyle.COMMA), Options(dates=DateStyle.DAY_FIRST)


@pytest.mark.parametrize("word", ["1", "true", "YES", "On", "tak", "Ja", " 1 "])
def test_yes(word):
    assert FlagWidget().clean(word) is True


@pytest.mark.parametrize("word", ["0", "FALSE", "no", "off", "Nie", "nein"])
def test_no(word):
    assert FlagWidget().clean(word) is False


def test_neither_yes_nor_no_is_told_the_words():
    with pytest.raises(ValueError, match="“maybe” is neither yes nor no. Yes is one of 1, true, yes, on, tak, ja; no"):
        FlagWidget().clean("maybe")


@pytest.mark.parametrize(
    "widget", [FlagWidget(), MONEY, DateWidget(), DateTimeWidget(), ChoiceWidget(Customer.VatState)]
)
def test_blank_is_nothing_and_nothing_is_blank(widget):
    assert (widget.clean("  "), widget.render(None)) == (None, "")


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("1234.5", None, "1234.50"),
        ("1,234.50", None, "1234.50"),
        ("1 234 567.8", None, "1234567.80"),
        ("1'234.50", None, "1234.50"),
        ("-7", None, "-7.00"),
        ("+7.10", None, "7.10"),
        ("1.500", None, "1.50"),
        ("1234,5", COMMA, "1234.50"),
        ("1\u00a0234,50", COMMA, "1234.50"),
        ("1.234,50", COMMA, "1234.50"),
        ("1.234", COMMA, "1234.00"),
        ("999999999999.99", None, "999999999999.99"),
    ],
)
def test_I6_amounts_are_read_in_the_stated_style(text, options, value):
    assert MONEY.clean(text, options=options) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-inf",
        "1e5",
        "1_000",
        "١٢",
        "1,23",
        "1,2345",
        "12,34,567",
        "1.2.3",
        "0x10",
        "--1",
        "1 234,50",
        ".5",
    ],
)
def test_I6_what_is_no_plain_number_is_refused(text):
    with pytest.raises(ValueError, match="is not a number such as 1234.50, 1,234.50."):
        MONEY.clean(text)


def test_I6_scale_and_range_have_a_sentence_each():
    with pytest.raises(ValueError, match="“0.005” has more than 2 digits after the point."):
        MONEY.clean("0.005")
    with pytest.raises(ValueError, match="“1000000000000” is too large: less than 1000000000000."):
        MONEY.clean("1000000000000")


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2, allow_nan=False, allow_infinity=False))
def test_I6_amounts_come_back(amount):
    assert MONEY.clean(MONEY.render(amount)) == amount


@given(st.decimals(min_value=0, max_value=10**11, places=2, allow_nan=False, allow_infinity=False))
def test_I6_amounts_come_back_with_thousands_in_either_style(amount):
    english = f"{amount:,.2f}"
    assert MONEY.clean(english) == amount
    assert MONEY.clean(english.translate(str.maketrans(",.", ".,")), options=COMMA) == amount


@pytest.mark.parametrize(
    ("text", "options", "day"),
    [
        ("2024-03-28", None, date(2024, 3, 28)),
        ("2024-03-28", DAY_FIRST, date(2024, 3, 28)),
        ("03/04/2024", None, date(2024, 3, 4)),
        ("03/04/2024", DAY_FIRST, date(2024, 4, 3)),
        ("28.3.2024", DAY_FIRST, date(2024, 3, 28)),
    ],
)
def test_I6_iso_dates_always_and_others_in_the_stated_style(text, options, day):
    assert DateWidget().clean(text, options=options) == day


@pytest.mark.parametrize(
    "text", ["2024-02-30", "28.03.2024", "2024-3-28", "28/03/2024", "2024-W11-1", "0000-01-01", "x"]
)
def test_I6_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="is not a date such as 2024-03-28, 03/28/2024."):
        DateWidget().clean(text)


@given(st.dates())
def test_I6_dates_come_back(day):
    assert DateWidget().clean(DateWidget().render(day)) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-03-28", datetime(2024, 3, 28, tzinfo=UTC)),
        ("2024-03-28T10:20:30Z", datetime(2024, 3, 28, 10, 20, 30, tzinfo=UTC)),
        ("2024-03-28 10:20", datetime(2024, 3, 28, 10, 20, tzinfo=UTC)),
        ("2024-03-28T10:20:30.5+02:00", datetime(2024, 3, 28, 8, 20, 30, 500_000, tzinfo=UTC)),
        ("03/28/2024 10:20:30", datetime(2024, 3, 28, 10, 20, 30, tzinfo=UTC)),
    ],
)
def test_I6_moments_are_read_as_utc_unless_they_say_otherwise(text, moment):
    assert DateTimeWidget().clean(text) == moment


@pytest.mark.parametrize("text", ["2024-03-28T25:00", "0001-01-01T00:00+14:00", "now", "2024-03-28T10", "T10:00"])
def test_I6_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match="is not a date such as"):
        DateTimeWidget().clean(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_I6_moments_come_back(moment):
    assert DateTimeWidget().clean(DateTimeWidget().render(moment)) == moment


@pytest.mark.parametrize("text", ["customer_only", "CUSTOMER_ONLY", "This customer only"])
def test_a_choice_is_named_by_code_or_label(text):
    assert ChoiceWidget(Customer.PriceFallback).clean(text) == "customer_only"


def test_another_choice_is_told_the_codes():
    with pytest.raises(ValueError, match="“none” is not one of group, customer_only."):
        ChoiceWidget(Customer.PriceFallback).clean("none")
