"""Quantities as people read them: no zeros at the end, no exponents."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format


def plain(quantity: Decimal) -> str:
    """`12.5000` as 12.5, in the language of the reader."""
    if quantity < 0:
        return f"\N{MINUS SIGN}{plain(-quantity)}"
    return number_format(f"{quantity.normalize():f}", use_l10n=True, force_grouping=True)


def count_text(count: int) -> str:
    """A count with dividers between thousands."""
    return number_format(count, use_l10n=True, force_grouping=True)


def signed(quantity: Decimal) -> str:
    """What came with a plus, what left with a minus."""
    return f"+{plain(quantity)}" if quantity > 0 else plain(quantity)


def money(value: Decimal) -> str:
    """An amount with two decimals, more where it has more."""
    shortest = value.normalize()
    exponent = shortest.as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return number_format(f"{value:.{places}f}", use_l10n=True, force_grouping=True)
