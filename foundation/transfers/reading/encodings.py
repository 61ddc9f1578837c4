"""Which encoding a file has: its mark decides, else UTF-8 if it is that, else a proposal that a person confirms."""

from __future__ import annotations

import codecs

from django.utils.translation import gettext as _

from foundation.transfers.reading.records import EncodingChoice

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LEGACY = ("cp1250", "cp1252", "iso8859-2")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", *LEGACY)


def encoding_label(code: str) -> str:
    """Return the name people know an encoding by."""
    labels = {
        "utf-8": _("UTF-8"),
        "utf-16-le": _("UTF-16 (little endian)"),
        "utf-16-be": _("UTF-16 (big endian)"),
        "cp1250": _("Windows-1250 (Central European)"),
        "cp1252": _("Windows-1252 (Western European)"),
        "iso8859-2": _("ISO-8859-2 (Central European)"),
    }
    return labels.get(code, code)


def marked_encoding(head: bytes) -> str:
    """Return the encoding a byte order mark names, or nothing."""
    return next((code for mark, code in MARKS if head.startswith(mark)), "")


def sniff_encoding(head: bytes) -> str:
    """Return the encoding of a file that begins with `head`; certain but for the one-byte encodings."""
    return marked_encoding(head) or _unmarked_utf16(head) or ("utf-8" if _is_utf8(head) else "cp1250")


def _unmarked_utf16(head: bytes) -> str:
    """Recognise UTF-16 by its zeros: every second byte of western text."""
    start = head[:4_096]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if even + odd < len(start) // 4:
        return ""
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else ""


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def encoding_choices(head: bytes, proposed: str) -> list[EncodingChoice]:
    """Return."""
    return []
