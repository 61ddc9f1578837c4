"""Mapping: which cell of a file fills which column, guessed and said by a person."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from foundation.transfers.columns import Column
from foundation.transfers.formulas import formula_escaped
from foundation.transfers.mapping import ColumnSource, Mapping, clean_cell, compile_mapping, guess_mapping

COLUMNS = [
    Column("Name", aliases=("Customer Name",)),
    Column("External Id", aliases=("Code", "Customer Number", "Customer Code")),
    Column("Contact", aliases=("Contact Name",)),
    Column("Phone"),
    Column("Street", aliases=("Address",)),
    Column("City"),
    Column("State", aliases=("Region",)),
    Column("Zip/Postal Code", aliases=("Zip", "Postal Code")),
    Column("Country ISO2 code", aliases=("Country",)),
]


def mapped(source, cells, headers=("a", "b", "c")):
    """The one text that the source makes of the cells."""
    return compile_mapping(Mapping((source,)), headers)(cells)[0]


def test_guess_knows_names_and_aliases_whatever_their_case_spaces_and_punctuation():
    headers = [
        "customer_code",
        "customer_name",
        "contact_name",
        "phone",
        "address",
        "city",
        "region",
        "postal_code",
        "country",
    ]
    assert guess_mapping(COLUMNS, headers).columns == [
        "External Id",
        "Name",
        "Contact",
        "Phone",
        "Street",
        "City",
        "State",
        "Zip/Postal Code",
        "Country ISO2 code",
    ]


def test_name_of_a_column_goes_before_another_ones_alias():
    columns = [Column("Label", aliases=("Code",)), Column("Code")]
    assert guess_mapping(columns, ["CODE"]).columns == ["Code"]


def test_headers_nobody_knows_are_named_and_nameless_ones_are_not():
    mapping = guess_mapping(COLUMNS, ["Name", "Shoe size", ""])
    assert mapping.unknown_headers(["Name", "Shoe size", ""]) == ["Shoe size"]


def test_two_headers_for_one_column_are_a_problem_not_a_choice():
    headers = ["Name", "Customer name"]
    problems = guess_mapping(COLUMNS, headers).problems(COLUMNS, headers)
    assert problems == ["The columns “Name” and “Customer name” mean the same: keep one of them."]


@pytest.mark.parametrize(
    ("mapping", "problem"),
    [
        (
            Mapping(),
            "No column of the file is known here. Its first line must hold names such as “Name”, “External Id”.",
        ),
        (Mapping((ColumnSource("Nome", "a"),)), "There is no column “Nome” here."),
        (Mapping((ColumnSource("Name", "z"),)), "The file has no column “z”, from which “Name” is taken."),
        (
            Mapping((ColumnSource("Name", "a"), ColumnSource("Name", constant="x"))),
            "“Name” is filled twice: keep one of the two.",
        ),
        (
            Mapping((ColumnSource("Name", "a", constant="x"),)),
            "“Name” has both a column of the file and a fixed text: keep one of them.",
        ),
        (Mapping((ColumnSource("Name"),)), "“Name” has neither a column of the file nor a fixed text."),
        (Mapping((ColumnSource("Name", "a", split=("", 0)),)), "“Name” is to be divided, but nothing says where."),
        (
            Mapping((ColumnSource("Name", "a", values={"pl": "1", "PL ": "2"}),)),
            "The value table of “Name” names a value twice.",
        ),
    ],
)
def test_problem_of_a_mapping_is_one_sentence(mapping, problem):
    assert mapping.problems(COLUMNS, ["a", "b"]) == [problem]


def test_good_mapping_has_no_problem():
    assert Mapping((ColumnSource("Name", ("a", "b")), ColumnSource("City", constant="x"))).problems(COLUMNS, "ab") == []


def test_plain_columns_are_picked_in_the_order_of_the_mapping_and_blank_is_none():
    mapping = Mapping((ColumnSource("Name", "b"), ColumnSource("City", "A"), ColumnSource("Phone", "c")))
    assert compile_mapping(mapping, ["a", "b", "c"])(["Łódź", " Ada\u00a0", " "]) == ["Ada", "Łódź", None]


@pytest.mark.parametrize("plain_rest", [(), (ColumnSource("City", "b"),)])
@pytest.mark.parametrize(
    ("cell", "text"),
    [("\ufeff O'Brien \u200b", "O'Brien"), ("'=1+1", "=1+1"), ("'Straße", "'Straße"), ("''=x", "'=x"), ("'", "'")],
)
def test_I13_odd_spaces_go_and_so_does_the_apostrophe_of_our_own_export(cell, text, plain_rest):
    mapping = Mapping((ColumnSource("Name", "a"), *plain_rest))
    assert compile_mapping(mapping, ["a", "b"])([cell, "x"])[0] == text


@given(st.text(alphabet="=+-@'１＝ab 1\t\r\n").filter(lambda text: text == text.strip()))
def test_I13_what_the_export_made_safe_comes_back_as_it_was(text):
    assert clean_cell(formula_escaped(text)) == (text or None)


@pytest.mark.parametrize(
    ("source", "cells", "text"),
    [
        (ColumnSource("Name", constant="PLN"), ["", "", ""], "PLN"),
        (ColumnSource("Name", "a", default="none"), ["  ", "", ""], "none"),
        (ColumnSource("Name", "a", default="none"), ["x", "", ""], "x"),
        (ColumnSource("Name", "a", values={"Germany": "DE"}), [" GERMANY ", "", ""], "DE"),
        (ColumnSource("Name", "a", values={"Germany": "DE"}), ["France", "", ""], "France"),
        (ColumnSource("Name", "a", values={"n/a": ""}, default="XX"), ["N/A", "", ""], "XX"),
        (ColumnSource("Name", ("a", "b", "c"), join=", "), ["Ul. Długa 1", " ", "m. 4"], "Ul. Długa 1, m. 4"),
        (ColumnSource("Name", ("a", "b")), ["", "", ""], None),
        (ColumnSource("Name", "a", split=(" ", 0)), ["Maria  Anders Lopez", "", ""], "Maria"),
        (ColumnSource("Name", "a", split=(" ", 1)), ["Maria  Anders Lopez", "", ""], "Anders Lopez"),
        (ColumnSource("Name", "a", split=(" ", -1)), ["Maria Anders Lopez", "", ""], "Lopez"),
        (ColumnSource("Name", "a", split=(" ", -2)), ["Maria Anders Lopez", "", ""], "Maria Anders"),
        (ColumnSource("Name", "a", split=(" ", 1)), ["Cher", "", ""], None),
        (ColumnSource("Name", "a", split=(";", 1)), ["EMP1; EMP2", "", ""], "EMP2"),
        (ColumnSource("Name", "a", split=("-", 0), values={"pl": "PL"}), ["pl-1", "", ""], "PL"),
    ],
)
def test_text_of_a_column_is_joined_divided_replaced_and_filled_in_that_order(source, cells, text):
    assert mapped(source, cells) == text


def test_header_in_a_stored_mapping_may_be_written_a_little_differently():
    assert mapped(ColumnSource("Name", "customer_name"), ["Ada", "", ""], ["Customer Name", "b", "c"]) == "Ada"


characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])  # what the database can hold
texts, words = st.text(characters), st.text(characters, min_size=1)
sources = st.builds(
    ColumnSource,
    column=words,
    source=st.none() | words | st.lists(words, min_size=1).map(tuple),
    constant=texts,
    default=texts,
    values=st.dictionaries(texts, texts, max_size=3),
    split=st.none() | st.tuples(words, st.integers(-2, 1)),
)


@given(st.lists(sources).map(tuple).map(Mapping))
def test_mapping_comes_back_from_json_as_it_was(mapping):
    assert Mapping.from_json(mapping.as_json()) == mapping


def test_short_form_of_a_mapping_names_a_header_for_each_column():
    mapping = Mapping.from_json({"Name": "customer_name", "Street": ["a", "b"]})
    assert mapping == Mapping((ColumnSource("Name", "customer_name"), ColumnSource("Street", ("a", "b"))))


@pytest.mark.parametrize("stored", [3, [1], [{}], [{"column": "Name", "colour": "red"}], {"Name": 5}, [{"column": 1}]])
def test_json_that_is_no_mapping_is_refused(stored):
    with pytest.raises(ValidationError, match="no mapping of columns"):
        Mapping.from_json(stored)


@pytest.mark.parametrize("source", [{"Name": 1}, 7, ["Name", 7], "Na\0me", "\ud800"])
def test_a_source_that_is_no_header_is_refused(source):
    with pytest.raises(ValidationError, match="This is no mapping of columns"):
        Mapping.from_json([{"column": "Name", "source": source}])
