"""Currencies: the list of ISO 4217 and how a code is checked. Amounts are Decimal with a code beside them."""

from __future__ import annotations

from functools import cache

import pycountry
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

NO_MONEY = {"XTS", "XXX"}  # "for testing" and "no currency"


@cache
def currencies() -> dict[str, str]:
    """Every currency: code to English name, by code."""
    return {entry.alpha_3: entry.name for entry in pycountry.currencies if entry.alpha_3 not in NO_MONEY}


def currency_choices() -> list[tuple[str, str]]:
    """Choices for a form: `EUR – Euro`."""
    return [(code, f"{code} – {name}") for code, name in sorted(currencies().items())]


def validate_currency(code: str) -> None:
    """Refuse what is not a currency code of ISO 4217 in capitals."""
    if code not in currencies():
        raise ValidationError(_("“%(code)s” is not a currency code such as EUR."), "currency", {"code": code})
