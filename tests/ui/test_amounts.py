"""Amounts as offices type them."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from foundation.ui.amounts import AmountField

FIELD = AmountField(max_digits=19, decimal_places=4, min_value=0)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("24.90", "24.90"),
        ("24,90", "24.90"),
        ("0,125", "0.125"),
        ("1 250", "1250"),
        ("1\N{NO-BREAK SPACE}250,5", "1250.5"),
    ],
)
def test_takes_a_point_or_a_comma(typed, read):
    assert FIELD.clean(typed) == Decimal(read)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1,250", "“1,250” can be read in two ways: write it with a point, or without a divider."),
        ("1,250.00", "Enter a number."),
        ("1,2,3", "Enter a number."),
        ("x", "Enter a number."),
        ("-1,5", "Ensure this value is greater than or equal to 0."),
    ],
)
def test_says_what_is_wrong(typed, sentence):
    with pytest.raises(ValidationError) as refused:
        FIELD.clean(typed)
    assert refused.value.messages == [sentence]
