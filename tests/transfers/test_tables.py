"""Reading a CSV file: what is accepted, and which line is blamed."""

import io

import pytest
from django.core.exceptions import ValidationError

from foundation.transfers.plain.tables import read_table


def table(text, encoding="utf-8"):
    return read_table(io.BytesIO(text.encode(encoding)))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_I5_delimiter_is_read_off_the_header(delimiter):
    read = table(f"Name{delimiter}VAT Id\nŁódź Druk{delimiter}PL1\n")
    assert (read.headers, read.records[0].cells) == (["Name", "VAT Id"], ["Łódź Druk", "PL1"])


def test_I4_byte_order_mark_is_not_part_of_the_first_header():
    assert table("Id,Name\n", "utf-8-sig").headers == ["Id", "Name"]


def test_I4_other_encodings_are_refused_with_the_line():
    with pytest.raises(ValidationError, match="Line 3 is not UTF-8"):
        read_table(io.BytesIO("Name\nAda\nŁódź\n".encode("cp1250")))


def test_I3_line_is_where_the_record_starts_also_after_breaks_inside_quotes():
    read = table('Name,Note\n"A","two\nlines"\n\nB,\n')
    assert [(record.line, record.cells[0]) for record in read.records] == [(2, "A"), (5, "B")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_count_alike(newline):
    assert [record.line for record in table(newline.join(["Name", "A", "B"])).records] == [2, 3]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty"),
        ("Name,name\nA,B\n", "duplicate in next column names: 'name'"),
        ('Name\n"never closed\nB\n', "starts on line 2 and never closed"),
        ("Name\nA\0B\n", "Line 2 holds a NUL"),
        ("Name\n" + "x" * 40_000 + "\n", "starts on line 2 cannot be read"),
    ],
)
def test_I5_unreadable_files_are_refused_with_the_place(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        table(text)
