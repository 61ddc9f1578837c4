"""Booking stock. A booking has a key, and the same key counts once however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import DataError, connection, transaction
from django.utils.translation import gettext as _

from catalog.models import Product, StockLevel, StockMovement, Unit, Warehouse
from catalog.models.stock import LIMIT, TOO_MUCH
from foundation.changes.refusals import refusals

if TYPE_CHECKING:
    from foundation.identity.models import User

AT_ONCE = 2_000
RESERVED = ("import:", "undo:", "form:")  # keys that the hub makes itself begin so
EXACT = Decimal("0.0001")
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

    def __post_init__(self) -> None:
        """Round to what the database keeps, as it would."""
        if not self.quantity.is_finite():
            raise ValidationError(_("A quantity is a number."))
        if abs(self.quantity) >= LIMIT:
            raise ValidationError(TOO_MUCH)
        object.__setattr__(self, "quantity", self.quantity.quantize(EXACT, ROUND_HALF_UP))

    @property
    def unit_id(self) -> int:
        """Key of the unit it is counted in."""
        return self.unit.pk if self.unit else self.product.unit_id

    def row(self) -> tuple[object, ...]:
        """The values of a movement, in the order of the statement."""
        return (*self._place(), self.quantity, str(self.kind), self.key, self.note)

    def is_what(self, other: Booking | StockMovement) -> bool:
        """Whether a movement or another booking says the same."""
        return other.quantity == self.quantity and self.is_where(other)

    def is_where(self, other: Booking | StockMovement) -> bool:
        """Whether it is about the same level."""
        if isinstance(other, Booking):
            return other._place() == self._place()
        return (other.product_id, other.warehouse_id, other.unit_id) == self._place()

    def _place(self) -> tuple[int, int, int]:
        return self.product.pk, self.warehouse.pk, self.unit_id


def stock_book(*, bookings: Iterable[Booking], actor: User | None = None) -> int:
    """Book what has not been booked yet, all or nothing; return how many movements that were.

    Raises ValidationError where stock would fall below zero and the kind may not, where a unit is none of the
    product's, where a warehouse is closed, and where a key stands for something else already.
    """
    rest, booked = iter(bookings), 0
    with _within_limits(), refusals():
        while chunk := list(islice(rest, AT_ONCE)):
            _refuse_closed(chunk)
            made = _insert(_by_key(chunk), actor)
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

    The level is held meanwhile, so that what others book comes before the count or after it. A level that is not there
    yet cannot be held: when somebody else made it meanwhile, the count begins again. Raises as `stock_book`.
    """
    count = Booking(product, warehouse, counted, StockMovement.Kind.COUNT, key, unit or product.unit, note)
    with transaction.atomic():
        while True:
            booked = StockMovement.objects.filter(key=key).first()
            if booked is not None:
                return _what_was_counted(count, booked)
            difference = count.quantity - _level(count, hold=True)
            if not difference or _is_counted(count, difference, actor):
                return difference


def _is_counted(count: Booking, difference: Decimal, actor: User | None) -> bool:
    """Book the difference; take it back where the level is another one than was counted afterwards."""
    with transaction.atomic():
        stock_book(bookings=[replace(count, quantity=difference)], actor=actor)
        is_right = _level(count) == count.quantity
        transaction.set_rollback(not is_right)
    return is_right


def _level(count: Booking, *, hold: bool = False) -> Decimal:
    place = {"product": count.product, "warehouse": count.warehouse, "unit": count.unit}
    levels = StockLevel.objects.select_for_update() if hold else StockLevel.objects.all()
    return levels.filter(**place).values_list("quantity", flat=True).first() or Decimal(0)


def _what_was_counted(count: Booking, booked: StockMovement) -> Decimal:
    if booked.kind != count.kind or not count.is_where(booked):
        raise _booked_otherwise(count)
    return booked.quantity


@contextmanager
def _within_limits() -> Iterator[None]:
    """A level that would outgrow its column is refused with a sentence."""
    try:
        yield
    except DataError as error:
        raise ValidationError(TOO_MUCH) from error


def _refuse_closed(bookings: list[Booking]) -> None:
    for booking in bookings:
        if not booking.warehouse.is_active:
            raise ValidationError(_("The warehouse “%(name)s” is closed.") % {"name": booking.warehouse.name})


def _by_key(bookings: list[Booking]) -> dict[str, Booking]:
    """The bookings by their keys; two that say different things under one key are refused."""
    unique: dict[str, Booking] = {}
    for booking in bookings:
        if not booking.is_what(unique.setdefault(booking.key, booking)):
            raise _booked_otherwise(booking)
    return unique


def _insert(bookings: dict[str, Booking], actor: User | None) -> set[str]:
    """Insert those whose key is not there yet, in one statement; return their keys."""
    columns = zip(*(booking.row() for booking in bookings.values()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [actor.pk if actor else None, *map(list, columns)])
        return {key for (key,) in cursor.fetchall()}


def _refuse_other(bookings: list[Booking]) -> None:
    """Refuse keys that stand for another booking."""
    booked = {movement.key: movement for movement in StockMovement.objects.filter(key__in=[b.key for b in bookings])}
    for booking in bookings:
        if not booking.is_what(booked[booking.key]):
            raise _booked_otherwise(booking)


def _booked_otherwise(booking: Booking) -> ValidationError:
    sentence = _("“%(key)s” has been booked already, with other figures.") % {"key": booking.key}
    return ValidationError(sentence, "booked_otherwise")


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
