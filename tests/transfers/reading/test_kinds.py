"""What a file really is, whatever its name says: a sentence each."""

import io
import zipfile

import pytest

from tests.transfers.reading.files import refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        for name in names:
            parts.writestr(name, "x")
    return file.getvalue()


def locked(content):
    """The ZIP with the mark of encryption on its first part."""
    at = content.index(b"PK\x01\x02") + 8
    return content[:at] + b"\x01" + content[at + 1 :]


@pytest.mark.parametrize(
    ("content", "begin"),
    [
        (b"%PDF-1.7\n\x00binary", "This is a PDF document, whatever its name says."),
        (OLE, "This is a workbook of the old kind (.xls)."),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "The workbook is protected by a password."),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, whatever its name says."),
        (b"\x1f\x8b\x08\x00", "This is an archive. Unpack it and send the file that is inside."),
        (b"\xef\xbb\xbf\r\n<html><table>", "This is a web page or XML file, whatever its name says."),
        (b'<?xml version="1.0"?><Workbook/>', "This is a web page or XML file, whatever its name says."),
        (b"{\\rtf1 Name", "This is a text document (RTF)."),
        (archive("list.csv"), "This is an archive (ZIP)."),
        (archive("[Content_Types].xml", "word/document.xml"), "This is a text document or presentation."),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "This is a binary workbook (.xlsb)."),
        (archive("mimetype", "content.xml"), "This is an OpenDocument file."),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "The workbook is damaged or of an unusual kind."),
        (locked(archive("[Content_Types].xml")), "The file is protected by a password."),
        (archive("a")[:40], "The workbook is damaged or of an unusual kind."),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",  # the bytes of a ZIP hold the time
)
def test_I5_wrong_kind_of_file_is_called_by_its_name(content, begin):
    assert refusal(content).startswith(begin)
