"""What a file really is, by its first bytes: names lie, and each wrong kind deserves its own sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.transfers.reading.errors import UnreadableFileError

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM\x00", b"II*\x00", b"MM\x00*")
ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"PK\x05\x06")
MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<workbook")


def is_workbook(head: bytes) -> bool:
    """Say whether the file is a ZIP, which an XLSX workbook is; the other ZIPs are refused when it is opened."""
    return head.startswith(ZIP)


def refuse_other_kinds(head: bytes) -> None:
    """Refuse what is neither text nor XLSX, and say what it is and what to do."""
    sentence = _what_it_is(head)
    if sentence:
        raise UnreadableFileError(sentence)


def _what_it_is(head: bytes) -> str:
    text = head[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(OLE):
        return _ole(head)
    if head.startswith(b"%PDF"):
        return _("This is a PDF document, whatever its name says. Export the table as CSV or XLSX instead.")
    if head.startswith(PICTURES):
        return _("This is a picture, whatever its name says. Send the table as CSV or XLSX.")
    if head.startswith(ARCHIVES):
        return _("This is an archive. Unpack it and send the file that is inside.")
    if text.startswith(MARKUP):
        return _("This is a web page or XML file, whatever its name says. Open it in Excel and save it as CSV or XLSX.")
    if text.startswith(b"{\\rtf"):
        return _("This is a text document (RTF). Send the table as CSV or XLSX.")
    return ""


def _ole(head: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in head:
        return _("The workbook is protected by a password. Save it without one and send it again.")
    return _("This is a workbook of the old kind (.xls). Open it in Excel and save it as .xlsx or CSV.")
