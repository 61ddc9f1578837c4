"""Cells that a spreadsheet would calculate (rule I13)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.transfers.formulas import formula_escaped, formula_unescaped

TEXTS = st.text(alphabet=st.sampled_from("'=+-@\t\r\n\0＝＋－＠ 0123456789().,/aŻ\""), max_size=12)


@given(TEXTS | st.text(max_size=30))
@settings(max_examples=1000)
def test_I13_what_is_escaped_comes_back(text):
    assert formula_unescaped(formula_escaped(text)) == text


@pytest.mark.parametrize("first", list("=+-@\t\r\n\0＝＋－＠"))
def test_I13_a_text_that_begins_like_a_formula_gets_an_apostrophe(first):
    assert formula_escaped(f"{first}HYPERLINK(1)") == f"'{first}HYPERLINK(1)"


@pytest.mark.parametrize(
    "text",
    [
        "-12",
        "+48221234567",
        "-1234.50",
        "-1,5",
        "+48 22 123 45 67",
        "+1 (555) 123-4567",
        "+48(22)123",
        "a=b",
        "'quoted'",
    ],
)
def test_I13_plain_numbers_phones_and_ordinary_text_stay(text):
    assert formula_escaped(text) == text


@pytest.mark.parametrize("text", ["+48-22-123", "-1+1", "+1 +1", "-12\n", "+48 22 123\n=1", "-1.2.3", "'=1"])
def test_I13_what_only_looks_like_a_number_is_escaped(text):
    assert formula_escaped(text) == f"'{text}"
