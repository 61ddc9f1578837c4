"""CSV: the delimiter, the lines, the quotes, and which row is blamed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.transfers.reading import Record, Shape, open_records, sniff
from foundation.transfers.reading import text as text_module
from foundation.transfers.reading.delimited import sniff_delimiter
from tests.transfers.reading.files import lines_and_cells, records_of, refusal


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Name,VAT Id\n", ","),
        ("Name;VAT Id\n", ";"),
        ("Name\tVAT Id\n", "\t"),
        ("Name|VAT Id\n", "|"),
        ("Name\nA;B\n", ","),
        ('"Name, short";"a,b";"c,d"\n1;2;3\n', ";"),
        ('"Name\nin two, lines";City\n', ";"),
        ("Name, full;City\nAda, A;Łódź\nBob;Oslo\n", ";"),
        ('Size 5" x 3";Name\n', ";"),
        ("", ","),
    ],
)
def test_I5_delimiter_is_what_divides_the_header_outside_quotes(text, delimiter):
    assert sniff_delimiter(text) == delimiter


def test_I5_separator_line_of_excel_is_followed_and_is_not_the_header():
    look = sniff(io.BytesIO(b"sep=|\r\nName|City\r\nAda|Oslo\r\n"))
    assert (look.shape, look.headers) == (Shape("csv", "utf-8", "|", header_line=2), ["Name", "City"])
    assert look.sample == [Record(3, ["Ada", "Oslo"])]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_I3_line_is_where_the_record_starts_as_an_editor_counts(end):
    text = end.join(['Name,"No', 'te"', "", "A,1", '"B', "", 'b",2', " , ", "C,3", ""])
    assert lines_and_cells(text.encode()) == [(4, ["A", "1"]), (5, [f"B{end}{end}b", "2"]), (9, ["C", "3"])]


def test_I3_other_separators_of_lines_and_odd_spaces_are_text():
    text = "Name,Note\nA\x0bB,x\u2028y\x85z\nC,\x1c\n"
    assert lines_and_cells(text.encode()) == [(2, ["A\x0bB", "x\u2028y\x85z"]), (3, ["C", "\x1c"])]


@pytest.mark.parametrize("blank", ["", ",", " , ", "\t\u00a0,\u2003", '"",""', '"\n\n",'])
def test_I5_blank_records_are_left_out_and_still_counted_as_lines(blank):
    lines = 3 + blank.count("\n")
    assert lines_and_cells(f"Name,City\n{blank}\nA,B\n".encode()) == [(lines, ["A", "B"])]


def test_I5_header_may_stand_further_down():
    shape = Shape(header_line=3)
    reader = open_records(io.BytesIO(b'Report of "March\n\nName\nAda\n'), shape)
    assert (reader.headers, reader.header_line, list(reader)) == (["Name"], 3, [Record(4, ["Ada"])])


def test_I5_ragged_rows_come_as_they_are():
    assert lines_and_cells(b"A,B\n1\n1,2,3\n") == [(2, ["1"]), (3, ["1", "2", "3"])]


def test_I5_formulas_are_text():
    assert lines_and_cells(b"A,B\n=1+1,@x\n") == [(2, ["=1+1", "@x"])]


def test_I3_row_with_a_wrong_quote_is_refused_and_the_others_are_read():
    good, bad, rest = records_of(b'A,B\n1,2\n"x"y,3\n4,5\n')
    assert (good, rest) == (Record(2, ["1", "2"]), Record(4, ["4", "5"]))
    assert bad == Record(3, ["xy", "3"], "A cell goes on after its closing quote. Double quotes that are text.")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty: it needs a first line with the column names."),
        (b"\n , \n", "The file is empty: it needs a first line with the column names."),
        (b"Name,City, name\n", "Imported file contains duplicate in next column names: 'name'."),
        (
            b'A,B\n1,2\n"x,3\n4,5\n',
            "A quote is opened in the record that starts on line 3 and never closed: it would swallow the rest of the "
            "file. Close it, or double a quote that belongs to the text.",
        ),
        (
            b'A,B\n1,2\n"x,3\n4,"5"\n6,7\n',
            "A quote is opened in the record that starts on line 3 and closed on line 4 in the middle of a cell. Close "
            "it where it belongs, or double a quote that is part of the text.",
        ),
        (
            b'"A"x,B\n',
            "The line with the column names: A cell goes on after its closing quote. Double quotes that are text.",
        ),
    ],
)
def test_I5_unreadable_file_is_refused_with_the_place(content, sentence):
    assert refusal(content) == sentence


def test_I5_notes_tell_of_missing_rows_and_nameless_columns():
    assert sniff(io.BytesIO(b"Name,City\n")).notes == ["There are column names but no rows below them."]
    assert sniff(io.BytesIO(b"Name,,\nAda,x,\n")).notes == ["Column 2 has no name: its cells are left out."]


def test_I5_name_that_promises_a_workbook_is_corrected_in_a_note():
    notes = sniff(io.BytesIO(b"Name\nAda\n"), "list.xlsx").notes
    assert notes == ["This is no Excel workbook but text, whatever its name says, and is read as CSV."]


def test_sniffing_shows_twenty_rows_and_leaves_the_file_at_its_start():
    file = io.BytesIO(b"Name\n" + b"Ada\n" * 50)
    assert (len(sniff(file).sample), file.tell()) == (20, 0)


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        (Shape(delimiter=""), "“” is none of the choices for reading a file: ',', ';', '\\t', '|'."),
        (Shape(kind="pdf"), "“pdf” is none of the choices for reading a file: 'csv', 'xlsx'."),
        (Shape(header_line=0), "The line with the column names is 1 or more."),
    ],
)
def test_shape_nobody_offered_is_refused(shape, sentence):
    assert refusal(b"Name\nAda\n", shape) == sentence


def test_shape_comes_back_from_json():
    shape = Shape("xlsx", "utf-8", ";", "List", 3)
    assert Shape.from_json(shape.as_json()) == shape


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8) | st.text(',;"\r\n |\t')


@pytest.mark.parametrize("block", [1, 7, 65_536])
@given(
    rows=st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_I3_every_quoted_table_comes_back_with_its_lines_whatever_the_blocks(block, rows, delimiter, end):
    text, expected = f"One{delimiter}Two{end}", []
    for row in rows:
        line = len(io.StringIO(text + "x", newline="").readlines())
        if any(cell.strip() for cell in row):
            expected.append((line, row))
        text += delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_module, "BLOCK", block)
        reader = open_records(io.BytesIO(text.encode()), Shape(delimiter=delimiter))
        assert [(record.line, record.cells) for record in reader] == expected
