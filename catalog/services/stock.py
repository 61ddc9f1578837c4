"""Booking stock. A booking has a key, and the same key counts once however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Product, StockLevel, StockMovement, Unit, Warehouse
from foundation.changes.refusals import refusals

if TYPE_CHECKING:
    from foundation.identity.models import User

AT_ONCE = 2_000
INSERT = """
    INSERT INTO catalog_stockmovement
        (product_id, warehouse_id, unit_id, quantity, kind, key, note, booked_by_id)
    SELECT b.*, %s::bigint FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::text[], %s::text[], %s::text[]
    ) b
    ON CONFLICT (key) DO NOTHING RETURNING key
"""


@dataclass(frozen=True)
class Booking:
    """So much of a product comes to a warehouse, or leaves it where `quantity` is below zero.

    Without `unit` the product's primary unit is meant. `key` names the occasion, such as `order-line:17`.
    """

    product: Product
    warehouse: Warehouse
    quantity: Decimal
    kind: StockMovement.Kind
    key: str
    unit: Unit | None = None
    note: str = ""

    @property
    def unit_id(self) -> int:
        """Key of the unit it is counted in."""
        return self.unit.pk if self.unit else self.product.unit_id

    def row(self) -> tuple[object, ...]:
        """The values of a movement, in the order of the statement."""
        return (*self._place(), self.quantity, str(self.kind), self.key, self.note)

    def is_what(self, movement: StockMovement) -> bool:
        """Whether a movement says the same."""
        place = (movement.product_id, movement.warehouse_id, movement.unit_id)
        return place == self._place() and movement.quantity == self.quantity

    def _place(self) -> tuple[int, int, int]:
        return self.product.pk, self.warehouse.pk, self.unit_id


def stock_book(*, bookings: Iterable[Booking], actor: User | None = None) -> int:
    """Book what has not been booked yet, all or nothing; return how many movements that were.

    Raises ValidationError where stock would fall below zero and the kind may not, where a unit is none of the
    product's, where a warehouse is closed, and where a key stands for something else already.
    """
    rest, booked = iter(bookings), 0
    with refusals():
        while chunk := list(islice(rest, AT_ONCE)):
            _refuse_closed(chunk)
            made = _insert(chunk, actor)
            _refuse_other([booking for booking in chunk if booking.key not in made])
            booked += len(made)
    return booked


def stock_count(
    *,
    product: Product,
    warehouse: Warehouse,
    counted: Decimal,
    key: str,
    unit: Unit | None = None,
    note: str = "",
    actor: User | None = None,
) -> Decimal:
    """Book the difference between what was counted and the level, and return it; zero books nothing.

    The level is held meanwhile, so that what others book comes before the count or after it.
    """
    unit = unit or product.unit
    with transaction.atomic():
        level = StockLevel.objects.select_for_update().filter(product=product, warehouse=warehouse, unit=unit).first()
        booked = StockMovement.objects.filter(key=key).first()
        difference = counted - (level.quantity if level else Decimal(0))
        if booked is not None or not difference:
            return booked.quantity if booked else Decimal(0)
        booking = Booking(product, warehouse, difference, StockMovement.Kind.COUNT, key, unit, note)
        stock_book(bookings=[booking], actor=actor)
    return difference


def _refuse_closed(bookings: list[Booking]) -> None:
    for booking in bookings:
        if not booking.warehouse.is_active:
            raise ValidationError(_("The warehouse “%(name)s” is closed.") % {"name": booking.warehouse.name})


def _insert(bookings: list[Booking], actor: User | None) -> set[str]:
    """Insert those whose key is not there yet, in one statement; return their keys."""
    unique = {booking.key: booking for booking in bookings}
    columns = zip(*(booking.row() for booking in unique.values()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [actor.pk if actor else None, *map(list, columns)])
        return {key for (key,) in cursor.fetchall()}


def _refuse_other(bookings: list[Booking]) -> None:
    """Refuse keys that stand for another booking."""
    booked = {movement.key: movement for movement in StockMovement.objects.filter(key__in=[b.key for b in bookings])}
    for booking in bookings:
        if not booking.is_what(booked[booking.key]):
            raise ValidationError(
                _("“%(key)s” has been booked already, with other figures.") % {"key": booking.key}, "booked_otherwise"
            )


def stock_mismatches() -> Iterator[tuple[int, int, int, Decimal, Decimal]]:
    """Yield (product, warehouse, unit, level, sum of movements) wherever a level is not the sum of its movements."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT product_id, warehouse_id, unit_id, coalesce(s.quantity, 0), coalesce(m.quantity, 0)
            FROM catalog_stocklevel s FULL JOIN (
                SELECT product_id, warehouse_id, unit_id, sum(quantity) AS quantity
                FROM catalog_stockmovement GROUP BY 1, 2, 3
            ) m USING (product_id, warehouse_id, unit_id)
            WHERE coalesce(s.quantity, 0) <> coalesce(m.quantity, 0) ORDER BY 1, 2, 3
        """)
        yield from cursor.fetchall()
