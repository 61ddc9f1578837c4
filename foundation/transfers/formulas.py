"""The apostrophe that keeps a spreadsheet from reading a cell as a formula: put on in the export, taken off on import.

A text that begins like a formula, after any number of apostrophes, gets one more. So taking one off gives back exactly
what was there, also where the text had apostrophes of its own. Plain numbers and phone numbers stay as they are.
"""

from __future__ import annotations

import re

APOSTROPHE = "'"
# Also what full-width keyboards write. The hyphen stands last, as regular expressions want it; PostgreSQL reads the
# pattern too. NUL is not among them: PostgreSQL has no text with it.
_FORMULA = "=+@\t\r\n＝＋－＠-"
# A number, or a phone number that no spreadsheet would calculate: +48-22-123 is a subtraction, +48 22 123-45 is not.
_HARMLESS = r"[+-]?[0-9]+([.,][0-9]+)?|\+[0-9]{1,4}( [0-9(]|\()[0-9 ()./-]*"
FORMULA_BEGINS = f"^(?!({_HARMLESS})$)(?='*[{_FORMULA}])"  # the empty place before it

_begins = re.compile(FORMULA_BEGINS.replace("$", r"\Z").replace(_FORMULA, "\0" + _FORMULA))
_marked = re.compile(f"'+[\0{_FORMULA}]")


def formula_escaped(text: str) -> str:
    """Return the text as the profile “spreadsheet” writes it."""
    return _begins.sub(APOSTROPHE, text, count=1)


def formula_unescaped(text: str) -> str:
    """Return what was there before `formula_escaped`."""
    return text[1:] if _marked.match(text) else text
