"""Another primary unit for a product: not one of its further units, and not while something is in the former one.

Triggers hold both (catalog/triggers/units.py); here a file hears of it before.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.models import Product
from catalog.refusals import SENTENCES
from catalog.triggers.units import IN_USE
from foundation.transfers.engine.judgements import column_for
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, execute, literal

DIFFERS, IN_USE_SAID = SENTENCES["product_unit_differs"], SENTENCES["product_unit_in_use"]
USED = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} x WHERE x.product_id = r.id AND x.unit_id = p.unit_id)" for table in IN_USE
)


def judge_units(names: Names, layout: Layout) -> None:
    """Write down what is wrong with other primary units."""
    target = layout.target("unit")
    if target is None:
        return
    cell = target.cells[0]
    further = "EXISTS (SELECT 1 FROM catalog_productunit f WHERE f.product_id = r.id AND f.unit_id = r.unit_id)"
    for code, sentence, shown, bad in (
        ("product_unit_differs", DIFFERS, "r.unit_id", further),
        ("product_unit_in_use", IN_USE_SAID, "p.unit_id", f"NOT ({further}) AND ({USED})"),
    ):
        said = literal(_(sentence) % {"unit": "%(unit)s", "product": "%(product)s"})
        said = f"replace(replace({said}, '%(product)s', {CALLED}), '%(unit)s', u.code)"
        execute(f"""
            INSERT INTO {names.errors}
            SELECT r._line, {cell.number}, {literal(column_for(layout, "unit"))}, coalesce(f.{cell.name}, ''),
                   {literal(code)}, {said}
            FROM {names.rows} r JOIN catalog_product p ON p.id = r.id AND p.unit_id <> r.unit_id
            JOIN catalog_unit u ON u.id = {shown} JOIN {names.raw} f ON f._line = r._line
            WHERE {bad} AND NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = r._line)
        """)


CALLED = "coalesce(nullif(p.sku, ''), p.name)"


def unit_problem(product: Product) -> str:
    """What is wrong with the primary unit of a product that is about to be saved; blank if nothing is."""
    former = Product.objects.select_related("unit").filter(pk=product.pk).first()
    if former is None or former.unit_id == product.unit_id:
        return ""
    called = former.sku or former.name
    if product.units.filter(unit=product.unit_id).exists():
        return _(DIFFERS) % {"product": called, "unit": product.unit.code}
    if former.prices.filter(unit=former.unit_id).exists() or former.stock.filter(unit=former.unit_id).exists():
        return _(IN_USE_SAID) % {"product": called, "unit": former.unit.code}
    return ""
