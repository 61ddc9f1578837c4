"""Which encoding a file has: its mark decides, else UTF-8 if it is that, else a proposal that a person confirms."""

from __future__ import annotations

import codecs
import re

from django.utils.translation import gettext as _

from foundation.transfers.reading.guessing import LANGUAGES, ranked
from foundation.transfers.reading.records import EncodingChoice

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", *LANGUAGES)
LINES_SHOWN, LINE_SHOWN = 5, 120  # lines for a person to judge an encoding by, and their characters
UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


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
    return marked_encoding(head) or _unmarked_utf16(head) or ("utf-8" if decodes(head, "utf-8") else _likely(head)[0])


def encoding_choices(head: bytes, proposed: str) -> list[EncodingChoice]:
    """Return the encodings the file may have, the proposed one first, each with lines that show its letters."""
    codes = _likely(head) if proposed in LANGUAGES else [proposed]
    codes = [proposed, *(code for code in codes if code != proposed)]
    return [EncodingChoice(code, encoding_label(code), _telling_lines(head, code)) for code in codes]


def is_mixed(head: bytes) -> bool:
    """Say whether text that is not UTF-8 holds letters of UTF-8 all the same: two files in one."""
    letters = sum(map(len, UTF8_LETTER.findall(head)))
    return letters > 0 and letters * 4 > sum(byte > 0x7F for byte in head)


def decodes(head: bytes, code: str) -> bool:
    """Say whether the beginning of a file is text in this encoding; a letter cut at its end is none of its faults."""
    try:
        codecs.getincrementaldecoder(code)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    return True


def decoded(head: bytes, code: str) -> str:
    """Return the beginning of a file as text, for a look at it: what cannot be decoded shows as such."""
    return codecs.getincrementaldecoder(code)("replace").decode(head).removeprefix("\ufeff")


def _unmarked_utf16(head: bytes) -> str:
    """Recognise UTF-16 by its zeros: every second byte of western text."""
    start = head[:4_096]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if even + odd < len(start) // 4:
        return ""
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else ""


def _likely(head: bytes) -> list[str]:
    """Return the one-byte encodings that have all bytes of the file, the most likely first."""
    return [code for code in ranked(head) if decodes(head, code)]


def _telling_lines(head: bytes, code: str) -> list[str]:
    """Return the first lines that bring a letter beyond ASCII not seen before, cut to what surrounds it."""
    seen: set[str] = set()
    lines: list[str] = []
    for line in re.split(r"\r\n?|\n", decoded(head, code)):
        letters = set(re.findall(r"[^\x00-\x7f]", line)) - seen
        if letters:
            seen |= letters
            start = max(0, min(map(line.index, letters)) - LINE_SHOWN // 2)
            lines.append(line[start : start + LINE_SHOWN].strip())
        if len(lines) == LINES_SHOWN:
            break
    return lines
