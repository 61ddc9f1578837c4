"""The words of the rules that this app's triggers hold."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from foundation.changes.refusals import register_sentences
from foundation.changes.rule_triggers import refusal

SENTENCES = {
    "category_tree_has_no_cycle": gettext_noop(
        "Circular reference detected. '%(parent)s' cannot be a parent of '%(name)s' because it is its child."
    ),
    "category_parent_exists": gettext_noop("The parent of category '%(name)s' does not exist."),
    "product_unit_differs": gettext_noop("'%(unit)s' is the primary unit of '%(product)s' already."),
    "product_unit_in_use": gettext_noop(
        "'%(product)s' has prices or stock in the unit '%(unit)s': take them away before the unit."
    ),
    "price_unit_of_product": gettext_noop('Unit "%(unit)s" is not allowed for product "%(product)s".'),
    "price_currency_of_list": gettext_noop('Currency "%(currency)s" is not valid for price list "%(list)s".'),
    "pricelist_currency_in_use": gettext_noop(
        "The price list '%(list)s' has prices in %(currency)s: take them away before the currency."
    ),
    "stock_unit_of_product": gettext_noop("“%(product)s” is not kept in the unit “%(unit)s”."),
    "stock_fits_unit": gettext_noop("“%(product)s” is kept in “%(unit)s” with %(decimals)s decimals at most."),
    "stock_not_below_zero": gettext_noop(
        "“%(product)s” would fall to %(quantity)s %(unit)s in the warehouse “%(warehouse)s”."
    ),
    "stock_movements_stay": gettext_noop("Stock movements are never changed or deleted: book the opposite."),
    "stock_levels_follow": gettext_noop("Stock changes by movements only."),
}

register_sentences(SENTENCES)


def refuse(rule: str, **values: str) -> str:
    """SQL that refuses with the sentence of `rule`; `values` are SQL expressions for the names in it."""
    return refusal(SENTENCES, rule, **values)
