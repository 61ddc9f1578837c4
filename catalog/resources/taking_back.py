"""Bookings of an inventory import taken back: what that would do, and doing it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from catalog.figures import plain
from catalog.models import StockLevel
from catalog.resources.counting import key_of
from foundation.identity.models import User
from foundation.transfers.engine.sql import execute, fetch, literal
from foundation.transfers.reports import TakenBack

NAMED = 10  # levels that are named; of the others there is the number
PRESENT = """
    SELECT m.* FROM catalog_stockmovement m
    WHERE m.key LIKE {pattern} AND NOT EXISTS (SELECT 1 FROM catalog_stockmovement u WHERE u.key = 'undo:' || m.key)
"""


def forecast(number: int) -> TakenBack:
    """What taking an import back would book as things are: reversals may leave less than nothing, but not unsaid."""
    present = _present(number)
    ((count,),) = fetch(f"SELECT count(*) FROM ({present}) m")
    below = fetch(f"""
        SELECT s.id, s.quantity - m.quantity, count(*) OVER () FROM catalog_stocklevel s
        JOIN (SELECT product_id, warehouse_id, unit_id, sum(quantity) AS quantity FROM ({present}) m GROUP BY 1, 2, 3) m
            ON (m.product_id, m.warehouse_id, m.unit_id) = (s.product_id, s.warehouse_id, s.unit_id)
        WHERE m.quantity > 0 AND s.quantity < m.quantity ORDER BY s.quantity - m.quantity, s.id LIMIT {NAMED}
    """)
    names = _names({key: quantity for key, quantity, _total in below})
    return TakenBack(count, names, below[0][-1] if below else 0)


def _present(number: int) -> str:
    """SQL of the bookings of an import that have not been taken back."""
    return PRESENT.format(pattern=literal(key_of(number) + "%"))


def _names(quantities: dict[int, Decimal]) -> tuple[str, ...]:
    """Such as “BX-02 in Main warehouse: −16 items”, in the given order."""
    levels = StockLevel.objects.select_related("product", "warehouse", "unit").in_bulk(quantities)
    sentence = _("%(product)s in %(warehouse)s: %(quantity)s %(unit)s")
    return tuple(
        sentence
        % {
            "product": level.product.sku or level.product.name,
            "warehouse": level.warehouse.name,
            "quantity": plain(quantity),
            "unit": level.unit.word(quantity),
        }
        for level, quantity in ((levels[key], quantity) for key, quantity in quantities.items())
    )


def take_back(number: int, actor: User | None) -> int:
    """Book the opposite of what an import has booked; return how many movements that were."""
    return execute(f"""
        INSERT INTO catalog_stockmovement (product_id, warehouse_id, unit_id, quantity, kind, key, note, booked_by_id)
        SELECT m.product_id, m.warehouse_id, m.unit_id, -m.quantity, 'reversal', 'undo:' || m.key, '',
               {literal(actor.pk if actor else None)}::bigint
        FROM ({_present(number)}) m
        ORDER BY m.product_id, m.warehouse_id, m.unit_id ON CONFLICT (key) DO NOTHING
    """)
