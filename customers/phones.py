"""Phone numbers: kept as typed, and beside that in the one form a phone can dial from anywhere."""

from __future__ import annotations

import phonenumbers

PHONE_SHAPE = r"^(\+[1-9][0-9]{3,14}(;ext=[0-9]{1,8})?)?$"  # E.164, an extension as tel: links write it (RFC 3966)


def international(typed: str, country: str = "") -> str:
    """The number as `+48123456789` or `+48123456789;ext=12`; blank when it cannot be told without guessing."""
    dialled_from_abroad = f"+{typed.strip()[2:]}" if typed.strip().startswith("00") else typed
    try:
        number = phonenumbers.parse(dialled_from_abroad, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    dialled = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    extension = (number.extension or "")[:8]
    return f"{dialled};ext={extension}" if extension else dialled
