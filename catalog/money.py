"""Currencies: the list of ISO 4217 and how a code is checked. Amounts are Decimal with a code beside them."""

from __future__ import annotations

from decimal import Decimal
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


def amount_text(value: Decimal, places: int = 2) -> str:
    """An amount as people write it: at least `places` decimals and no needless noughts behind them."""
    shortest = value.normalize()
    exponent = shortest.as_tuple().exponent
    return f"{shortest:.{max(places, -exponent if isinstance(exponent, int) else places)}f}"


def quantity_text(value: Decimal) -> str:
    """A quantity without noughts behind its decimals."""
    return f"{value.normalize():f}" if value else "0"
