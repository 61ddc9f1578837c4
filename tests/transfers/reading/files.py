"""Files to read, made on the spot."""

import io
import re
import zipfile

import openpyxl
import pytest

from foundation.transfers.reading import UnreadableFileError, open_records, sniff

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Nazwa</t></si></sst>'


def records_of(content, shape=None):
    """Sniff and read the whole file."""
    file = io.BytesIO(content)
    return list(open_records(file, shape or sniff(file, "").shape))


def lines_and_cells(content):
    """The records as plain pairs."""
    return [(record.line, record.cells) for record in records_of(content)]


def refusal(content, shape=None):
    """The one sentence that refuses the file."""
    return refusal_by(lambda: records_of(content, shape))


def refusal_by(look):
    """The one sentence with which `look` ends."""
    with pytest.raises(UnreadableFileError) as refused:
        look()
    [sentence] = refused.value.messages
    return sentence


def workbook(*rows, title="Sheet", **more):
    """An XLSX file: rows of the first sheet, further sheets by name."""
    book = openpyxl.Workbook()
    book.active.title = title
    sheets = {title: rows} | more
    for name, content in sheets.items():
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row in content:
            sheet.append(row)
    return saved(book)


def saved(book):
    """The bytes of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(content, name, change):
    """The same ZIP with one part changed: `change` gets its bytes (empty for a new one)."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return file.getvalue()


def with_shared_texts(content, texts):
    """The workbook with a part of texts, as Excel writes it; the first cell names the first of them."""
    kind = (
        b'<Override PartName="/xl/sharedStrings.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    content = with_part(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", kind))
    content = with_part(content, "xl/sharedStrings.xml", lambda _: texts)
    return with_part(
        content, SHEET, lambda xml: re.sub(rb't="inlineStr"><is>.*?</is>', b't="s"><v>0</v>', xml, count=1)
    )
