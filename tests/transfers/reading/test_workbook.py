"""XLSX: a sheet becomes the same records that a CSV file would give."""

import datetime
import io

import openpyxl
import pytest

from foundation.transfers.reading import Record, Shape, open_records, sniff
from foundation.transfers.reading.sheets import cell_text
from tests.transfers.reading.files import (
    SHEET,
    TEXTS,
    lines_and_cells,
    records_of,
    refusal,
    saved,
    with_part,
    with_shared_texts,
    workbook,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("007", "007"),
        (123.0, "123"),
        (12.50, "12.5"),
        (0.1 + 0.2, "0.3"),
        (-0.0000001, "-0.0000001"),
        (1e20, "100000000000000000000"),
        (5901234123457, "5901234123457"),
        (True, "true"),
        (False, "false"),
        (datetime.datetime.fromisoformat("2024-01-05"), "2024-01-05"),
        (datetime.datetime.fromisoformat("2024-01-05 14:30"), "2024-01-05 14:30:00"),
        (datetime.date(2024, 1, 5), "2024-01-05"),
        (datetime.time(3, 4), "03:04:00"),
    ],
)
def test_value_of_a_cell_is_what_a_csv_file_would_have(value, text):
    assert cell_text(value) == text


def test_records_carry_the_row_number_of_the_sheet_and_blank_rows_are_none():
    content = workbook(["Name", "Since"], ["Łódź", datetime.date(2024, 1, 5)], [], [" ", ""], ["Ada", None, None])
    assert lines_and_cells(content) == [(2, ["Łódź", "2024-01-05"]), (5, ["Ada", ""])]


def test_empty_columns_behind_the_header_do_not_count_and_filled_ones_do():
    content = workbook(["Name", "City", None, " "], ["Ada", "Oslo", None, ""], ["Bob", "Rome", None, "x"])
    assert lines_and_cells(content) == [(2, ["Ada", "Oslo"]), (3, ["Bob", "Rome", "", "x"])]


def test_first_visible_sheet_with_content_is_read_and_the_others_are_named():
    book = openpyxl.load_workbook(io.BytesIO(workbook(title="Empty", Hidden=[["No"]], Data=[["Name"], ["Ada"]])))
    book["Hidden"].sheet_state = "hidden"
    book.create_chartsheet("Chart", 0)
    look = sniff(io.BytesIO(saved(book)), "list.xlsx")
    assert look.shape == Shape("xlsx", sheet="Data", header_line=1)
    assert (look.headers, look.sample) == (["Name"], [Record(2, ["Ada"])])
    assert (look.sheets, look.notes) == (["Empty", "Data"], ["The workbook has 2 sheets; “Data” is read."])


def test_chosen_sheet_and_header_line_are_read():
    content = workbook(["Other"], List=[["Price list"], ["Name"], ["Ada"]])
    reader = open_records(io.BytesIO(content), Shape("xlsx", sheet="list", header_line=2))
    assert (reader.headers, list(reader)) == (["Name"], [Record(3, ["Ada"])])


def test_sheet_that_is_not_there_is_refused_with_those_that_are():
    sentence = refusal(workbook(["Name"], More=[["x"]]), Shape("xlsx", sheet="List"))
    assert sentence == "The workbook has no sheet “List”, only “Sheet”, “More”."


def test_I3_error_in_a_cell_refuses_its_row_alone():
    good, bad = records_of(workbook(["Name", "Sum"], ["Ada", 1], ["Bob", "#REF!"]))
    assert (good.problem, bad.cells) == ("", ["Bob", "#REF!"])
    assert bad.problem == "The cell in column 2 shows the error #REF! instead of a value."


def test_formula_counts_with_the_value_the_file_has():
    content = with_part(
        workbook(["Sum"], ["=1+1"], ["=2+2"]),
        SHEET,
        lambda xml: xml.replace(b"<v />", b"<v>2</v>", 1).replace(b"<v></v>", b"<v>2</v>", 1),
    )
    calculated, other = records_of(content)
    assert calculated == Record(2, ["2"])
    assert other.problem == ("The formula in column 1 was never calculated. Open the workbook in Excel and save it.")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "The file is empty: it needs a first line with the column names."),
        ([["Name", "name"]], "Imported file contains duplicate in next column names: 'name'."),
    ],
)
def test_I5_sheet_without_good_headers_is_refused(rows, sentence):
    assert refusal(workbook(*rows)) == sentence


def test_I5_workbook_named_csv_is_read_as_what_it_is():
    notes = sniff(io.BytesIO(workbook(["Name"], ["Ada"])), "list.csv").notes
    assert notes == ["This is an Excel workbook, whatever its name says, and is read as one."]


def test_workbook_without_a_visible_sheet_is_refused():
    def hide(xml):
        return xml.replace(b'state="visible"', b'state="hidden"')

    assert refusal(with_part(workbook(["Name"]), "xl/workbook.xml", hide)) == "The workbook has no visible sheet."


def test_texts_may_stand_in_a_part_of_their_own():
    content = with_shared_texts(workbook(["Name"], ["Ada"]), TEXTS)
    assert sniff(io.BytesIO(content)).headers == ["Nazwa"]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", SHEET])
@pytest.mark.parametrize("damage", [lambda xml: xml[: len(xml) // 2], lambda xml: b"nothing", lambda xml: b""])
def test_I5_damaged_workbook_is_never_half_read(part, damage):
    content = with_part(with_shared_texts(workbook(["Name"], ["Ada"]), TEXTS), part, damage)
    assert refusal(content).startswith(("The workbook is damaged", "The file is empty", "The workbook has no visible"))


@pytest.mark.parametrize("row", [b'<row r="99999999999"/>', b'<row r="0"/>', b'<row r="2"><c r="1"><v>1</v></c></row>'])
def test_I5_rows_no_sheet_can_have_are_refused(row):
    content = with_part(workbook(["Name"]), SHEET, lambda xml: xml.replace(b"</sheetData>", row + b"</sheetData>"))
    assert refusal(content).startswith("The workbook is damaged")


def test_cells_may_stand_in_any_order():
    row = b'<row r="2"><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row></sheetData>'
    content = with_part(workbook(["A", "B"]), SHEET, lambda xml: xml.replace(b"</sheetData>", row))
    assert lines_and_cells(content) == [(2, ["1", "2"])]


def test_progress_reaches_the_size_of_the_file():
    content = workbook(["Name"], *[[f"Ada {number}"] for number in range(2_000)])
    reader = open_records(io.BytesIO(content), Shape("xlsx"))
    places = [reader.bytes_read for _ in reader]
    assert 0 < places[0] < places[-1] <= len(content)


def test_texts_in_several_styles_are_joined_and_how_they_are_pronounced_is_left_out():
    parts = b"<si><r><t>Zo</t></r><r><rPr/><t>e</t></r><rPh><t>zou-i</t></rPh></si>"
    texts = TEXTS.replace(b"<si><t>Nazwa</t></si>", parts)
    assert open_records(io.BytesIO(with_shared_texts(workbook(["Name"]), texts)), Shape("xlsx")).headers == ["Zoe"]
