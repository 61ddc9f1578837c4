"""Amounts and quantities in templates: `{% load catalog_prices %}`, `{{ value|amount }}`, `{{ value|quantity }}`."""

from __future__ import annotations

from decimal import Decimal

from django import template

from catalog.money import amount_text, quantity_text

register = template.Library()


@register.filter
def amount(value: Decimal | None) -> str:
    """An amount as people write it; nothing for None."""
    return "" if value is None else amount_text(value)


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity without noughts behind its decimals; nothing for None."""
    return "" if value is None else quantity_text(value)
