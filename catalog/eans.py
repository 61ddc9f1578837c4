"""EAN and GTIN numbers: 8, 12, 13 or 14 digits, of which the last one is a check digit (GS1 General Specifications)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LENGTHS = (8, 12, 13, 14)


def check_digit(body: str) -> str:
    """Return the digit that follows the others: from the right they count three times and once in turn."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-total % 10)


def validate_ean(number: str) -> None:
    """Refuse what is no EAN; blank is none of its business."""
    if not (number.isascii() and number.isdecimal() and len(number) in LENGTHS):
        raise ValidationError(_("An EAN has 8, 12, 13 or 14 digits."), "ean_shape")
    if check_digit(number[:-1]) != number[-1]:
        expected = check_digit(number[:-1])
        raise ValidationError(
            _("The last digit of this EAN should be %(digit)s. Is one mistyped?"), "ean_check", {"digit": expected}
        )
