"""Limits: asked before the work and again while it goes on; memory stays flat."""

import io
import tracemalloc

import pytest

from foundation.transfers.reading import Shape, open_records, sniff
from foundation.transfers.reading import delimited as delimited_module
from foundation.transfers.reading import package as package_module
from foundation.transfers.reading import text as text_module
from foundation.transfers.reading import texts as texts_module
from foundation.transfers.reading import workbook as workbook_module
from tests.transfers.reading.files import (
    SHEET,
    TEXTS,
    records_of,
    refusal,
    refusal_by,
    with_part,
    with_shared_texts,
    workbook,
)


class Endless(io.RawIOBase):
    """A file of `size` bytes made while it is read; says how much of it was."""

    def __init__(self, size, row=b"Ada;Lovelace;London;some more text to fill the line\n", header=b"A;B;C;D\n"):
        self.size, self.at, self.taken, self.block, self.header = size, 0, 0, row * 2_000, header
        self.largest = 0

    def seek(self, offset, whence=io.SEEK_SET):
        self.at = self.size if whence == io.SEEK_END else offset
        return self.at

    def tell(self):
        return self.at

    def read(self, size=-1):
        assert size > 0, "the whole file at once"
        start = self.at
        data = self.header if start == 0 else self.block[: max(0, min(size, self.size - start))]
        self.at += len(data)
        self.taken += len(data)
        self.largest = max(self.largest, len(data))
        return data


def test_I7_huge_file_is_refused_before_a_byte_is_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    with path.open("rb") as file:
        for look in (lambda: sniff(file), lambda: open_records(file, Shape())):
            assert refusal_by(look) == "The file has 4.7\u00a0GB; at most 200.0\u00a0MB are taken. Split it into parts."
        assert file.tell() == 0


def test_I7_file_that_grows_while_it_is_read_stops_at_the_limit(settings):
    settings.HUB_IMPORT_MAX_BYTES = 1_000_000
    file = Endless(900_000)
    reader = open_records(file, Shape(delimiter=";"))
    file.size = 50_000_000
    assert refusal_by(lambda: list(reader)).endswith("at most 976.6\u00a0KB are taken. Split it into parts.")
    assert file.taken < 2_000_000


def test_I7_first_look_takes_less_than_a_megabyte():
    file = Endless(50_000_000)
    assert len(sniff(file).sample) == 20
    assert file.taken < 1_000_000


def test_I7_fifty_megabytes_are_read_in_small_blocks():
    file = Endless(50_000_000)
    assert sum(1 for _ in open_records(file, Shape(delimiter=";"))) > 900_000
    assert file.largest <= 110_000


def test_I7_memory_does_not_grow_with_the_rows():
    rows = iter(open_records(Endless(4_000_000), Shape(delimiter=";")))
    next(rows)
    tracemalloc.start()
    count = sum(1 for _ in rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 70_000
    assert peak < 1_000_000


def test_I7_too_many_rows_stop_the_reading(settings):
    settings.HUB_IMPORT_MAX_ROWS = 3
    assert len(records_of(b"A\n1\n\n2\n3\n")) == 3
    assert refusal(b"A\n1\n2\n3\n4\n") == "The file has more than 3 rows. Split it into parts."
    assert refusal(workbook(["A"], ["1"], ["2"], ["3"], ["4"])) == "The file has more than 3 rows. Split it into parts."


def test_I7_too_many_columns_are_refused():
    header = ",".join(f"c{number}" for number in range(500))
    sentence = "The first line names 500 columns; at most 200 are taken. Leave some out."
    assert refusal(header.encode()) == sentence
    assert refusal(workbook(header.split(","))) == sentence


@pytest.mark.parametrize("cell", ["x" * 32_001, '"' + "x\n" * 16_001 + '"'])
def test_I7_too_long_a_cell_refuses_its_row_alone(cell):
    before, bad, after = records_of(f"A,B\n1,2\n3,{cell}\n5,6\n".encode())
    assert (before.problem, after.cells, after.problem) == ("", ["5", "6"], "")
    assert bad.line == 3
    assert bad.problem.startswith("The cell in column 2 has 32,00")
    assert bad.problem.endswith("characters; at most 32,000 are taken.")


def test_I7_cell_at_the_limit_is_taken():
    assert records_of(b"A\n" + b"x" * 32_000 + b"\n")[0].problem == ""


def test_I7_long_cell_of_a_workbook_refuses_its_row_alone(settings):
    settings.HUB_IMPORT_MAX_CELL = 5
    good, bad = records_of(workbook(["Name"], ["Ada"], ["Lovelace"]))
    assert (good.problem, bad.problem) == ("", "The cell in column 1 has 8 characters; at most 5 are taken.")


@pytest.mark.parametrize("content", [b"A\n1\n" + b"x" * 2_000, b"A\n1\n" + b"x" * 2_000 + b"\ny\n"])
def test_I7_endless_line_is_not_waited_for(content, monkeypatch):
    monkeypatch.setattr(text_module, "LONGEST_LINE", 1_000)
    assert refusal(content) == "Line 3 is longer than 1,000 characters: this is no table with one row a line."


def test_I5_quote_that_swallows_a_large_file_is_stopped(monkeypatch):
    monkeypatch.setattr(delimited_module, "LONGEST_LINE", 1_000)
    file = Endless(50_000_000, header=b'A;B;C;D\n1;2;3;"4\n')
    assert "starts on line 2 has a cell of more than 1,000 characters" in refusal_by(
        lambda: list(open_records(file, Shape(delimiter=";")))
    )
    assert file.taken < 1_000_000


def test_I7_workbook_that_unpacks_to_too_much_is_refused_unread(settings):
    settings.HUB_IMPORT_MAX_UNPACKED = 1_000_000
    bomb = with_part(workbook(["Name"]), "xl/media/image.png", lambda _: bytes(1_000_000))
    assert refusal(bomb).startswith("The workbook unpacks to 992.7")


def test_I7_workbook_packed_a_thousand_times_is_refused_unread():
    bomb = with_part(workbook(["Name"]), SHEET, lambda _: bytes(20_000_000))
    assert refusal(bomb).startswith("The workbook unpacks to more than 100 times its size")


def test_I7_workbook_with_hundreds_of_sheets_is_refused(monkeypatch):
    monkeypatch.setattr(package_module, "MOST_SHEETS", 1)
    assert refusal(workbook(["A"], More=[["B"]])).startswith("The workbook has 2 sheets; at most 1 are taken.")


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("declaration", [b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'])
def test_I12_workbook_with_a_document_type_is_refused(part, declaration):
    content = with_part(with_shared_texts(workbook(["Name"]), TEXTS), part, lambda xml: declaration + xml)
    assert refusal(content) == "The workbook holds a document type declaration (DOCTYPE), as no workbook does."


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("DEEPEST", b"<a>" * 100),
        ("MOST_ROWS", b"<sheetData>" + b"<row/>" * 300),
        ("MOST_IN_ONE", b"<sheetData><row>" + b"<c/>" * 300),
        ("MOST_TEXTS", b"<sst>" + b"<si/>" * 300),
        ("MOST_OTHERS", b"<a>" + b"<b/>" * 300),
        ("LONGEST_TEXT", b"<a>" + b"x" * 300_000),
    ],
)
def test_I7_endless_parts_of_a_sheet_are_stopped_before_they_are_parsed(name, xml, monkeypatch):
    content = with_part(workbook(["Name"]), SHEET, lambda _: xml)
    if name != "DEEPEST":
        monkeypatch.setattr(package_module, name, 200)
    assert refusal(content).startswith("The workbook holds more rows, cells or text in one place")


def test_I7_endless_list_of_what_a_workbook_holds_is_stopped_before_it_is_parsed(monkeypatch):
    monkeypatch.setattr(package_module, "MOST_IN_INDEX", 200)
    content = with_part(
        workbook(["Name"]), "[Content_Types].xml", lambda xml: xml.replace(b"</T", b"<a/>" * 300 + b"</T")
    )
    assert refusal(content).startswith("The workbook holds more rows, cells or text in one place")


def shared(count):
    """A workbook whose header is the first of so many shared texts."""
    texts = TEXTS.replace(b"</sst>", b"<si><t>some text</t></si>" * count + b"</sst>")
    return with_shared_texts(workbook(["Name"], ["Ada"]), texts)


def test_I7_texts_are_read_only_as_far_as_cells_name_them():
    reader = open_records(io.BytesIO(shared(20_000)), Shape("xlsx"))
    assert (reader.headers, [record.cells for record in reader]) == (["Nazwa"], [["Ada"]])
    assert reader._book.texts.bytes_read == texts_module.CHUNK


def test_I7_a_first_row_that_names_a_text_far_away_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(texts_module, "FIRST", 5)
    content = with_part(shared(50), SHEET, lambda xml: xml.replace(b"<v>0</v>", b"<v>5</v>"))
    assert refusal(content).startswith("The workbook holds more rows, cells or text in one place")
    near = with_part(shared(50), SHEET, lambda xml: xml.replace(b"<v>0</v>", b"<v>4</v>"))
    assert open_records(io.BytesIO(near), Shape("xlsx")).headers == ["some text"]


BLANK = b'<row><c s="0"/></row>' * 50


def test_I7_a_header_below_endless_blank_rows_is_not_looked_for(monkeypatch):
    monkeypatch.setattr(workbook_module, "FIRST_ELEMENTS", 30)
    content = with_part(workbook(["Name"]), SHEET, lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + BLANK))
    assert refusal(content).startswith("There are no column names at the beginning.")


def test_I7_a_look_does_not_go_to_the_end_of_blank_rows_and_a_reading_does(monkeypatch):
    monkeypatch.setattr(workbook_module, "FIRST_ELEMENTS", 30)
    last = BLANK + b'<row><c t="str"><v>Ada</v></c></row></sheetData>'
    content = with_part(workbook(["Name"]), SHEET, lambda xml: xml.replace(b"</sheetData>", last))
    assert (sniff(io.BytesIO(content)).headers, sniff(io.BytesIO(content)).sample) == (["Name"], [])
    assert [record.cells for record in open_records(io.BytesIO(content), Shape("xlsx"))] == [["Ada"]]
