"""Stock: booked once, never lost between two workers, never below zero unaware."""

import threading
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import StockLevel, StockMovement
from catalog.services.stock import Booking, stock_book, stock_count, stock_mismatches
from tests.factories import ProductFactory, ProductUnitFactory, UnitFactory, UserFactory, WarehouseFactory

pytestmark = pytest.mark.django_db
Kind = StockMovement.Kind
NAN = RawSQL("'NaN'::numeric", [])


@pytest.fixture
def place(db):
    return {"product": ProductFactory(sku="A", name="Chai"), "warehouse": WarehouseFactory(name="Main")}


def booking(place, quantity, key, kind=Kind.RECEIPT, **more):
    return Booking(**place, quantity=Decimal(quantity), kind=kind, key=key, **more)


def level():
    return [level.quantity for level in StockLevel.objects.all()]


def test_the_same_booking_counts_once(place):
    actor = UserFactory()
    assert stock_book(bookings=[booking(place, 5, "a"), booking(place, 5, "a")], actor=actor) == 1
    assert stock_book(bookings=[booking(place, 5, "a"), booking(place, -2, "b", Kind.ISSUE)]) == 1
    assert (level(), StockMovement.objects.get(key="a").booked_by) == ([Decimal(3)], actor)


def test_a_key_that_stands_for_something_else_is_refused(place):
    stock_book(bookings=[booking(place, 5, "a")])
    with pytest.raises(ValidationError, match="“a” has been booked already, with other figures"):
        stock_book(bookings=[booking(place, 1, "b"), booking(place, 6, "a")])
    assert level() == [Decimal(5)]


def test_one_key_with_two_figures_in_one_call_is_refused(place):
    with pytest.raises(ValidationError, match="“a” has been booked already, with other figures"):
        stock_book(bookings=[booking(place, 3, "a"), booking(place, 7, "a")])
    assert level() == []


def test_figures_are_compared_as_the_database_keeps_them(place):
    assert [stock_book(bookings=[booking(place, "1.00005", "a", Kind.IMPORTED_ORDER)]) for _ in range(2)] == [1, 0]
    assert level() == [Decimal("1.0001")]


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1000000000000", "-1000000000000"])
def test_what_is_no_amount_is_refused(place, quantity):
    with pytest.raises(ValidationError, match="A quantity is a number|more than a warehouse can hold"):
        booking(place, quantity, "a")


def test_what_people_book_is_as_exact_as_the_unit(place):
    with pytest.raises(ValidationError, match="“Chai” is kept in “unit.*” with 0 decimals at most"):
        stock_book(bookings=[booking(place, "0.5", "a")])
    stock_book(bookings=[booking(place, "0.5", "a", Kind.IMPORTED_ORDER)])
    kilo = ProductUnitFactory(product=place["product"], precision=3).unit
    stock_book(bookings=[booking(place, "0.125", "b", unit=kilo)])
    assert level() == [Decimal("0.5"), Decimal("0.125")]


def test_what_is_no_amount_is_refused_by_the_database(place):
    unit = place["product"].unit
    with pytest.raises(IntegrityError, match="stockmovement_is_amount"), transaction.atomic():
        StockMovement.objects.create(**place, unit=unit, kind=Kind.RECEIPT, key="a", quantity=NAN)


def test_a_level_that_would_outgrow_its_column_is_refused(place):
    with pytest.raises(ValidationError, match="more than a warehouse can hold"):
        stock_book(bookings=[booking(place, 10**12 - 1, str(number)) for number in range(1001)])
    assert level() == []


def test_a_count_is_done_once_and_never_takes_anothers_key(place):
    stock_book(bookings=[booking(place, 4, "a")])
    assert [stock_count(**place, counted=Decimal(6), key="b") for _ in range(2)] == [Decimal(2), Decimal(2)]
    with pytest.raises(ValidationError, match="“a” has been booked already"):
        stock_count(**place, counted=Decimal(9), key="a")
    assert level() == [Decimal(6)]


def test_below_zero_only_by_kinds_that_may(place):
    stock_book(bookings=[booking(place, 2, "a")])
    with pytest.raises(ValidationError, match="“Chai” would fall to -1 unit.* in the warehouse “Main”"):
        stock_book(bookings=[booking(place, -3, "b", Kind.ISSUE)])
    stock_book(bookings=[booking(place, -3, "b", Kind.IMPORTED_ORDER)])
    assert level() == [Decimal(-1)]
    place["product"].unit_precision = 1
    place["product"].save()
    stock_book(bookings=[booking(place, "0.5", "c")])  # what comes in is welcome below zero, too
    assert level() == [Decimal("-0.5")]


def test_a_statement_counts_as_a_whole(place):
    stock_book(bookings=[booking(place, -3, "a", Kind.ISSUE), booking(place, 3, "b")])
    assert level() == [Decimal(0)]


def test_stock_is_kept_in_units_of_the_product_and_open_warehouses(place):
    further = ProductUnitFactory(product=place["product"])
    stock_book(bookings=[booking(place, 1, "a", unit=further.unit), booking(place, 1, "b")])
    assert level() == [Decimal(1), Decimal(1)]
    with pytest.raises(ValidationError, match="is not kept in the unit “pallet”"):
        stock_book(bookings=[booking(place, 1, "c", unit=UnitFactory(code="pallet"))])
    place["warehouse"].is_active = False
    with pytest.raises(ValidationError, match="The warehouse “Main” is closed"):
        stock_book(bookings=[booking(place, 1, "d")])


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda: StockMovement.objects.update(quantity=9), "stock_movements_stay"),
        (lambda: StockMovement.objects.all().delete(), "stock_movements_stay"),
        (lambda: connection.cursor().execute("TRUNCATE catalog_stockmovement"), "stock_movements_stay"),
        (lambda: connection.cursor().execute("TRUNCATE catalog_stocklevel"), "stock_levels_follow"),
        (lambda: StockLevel.objects.update(quantity=9), "stock_levels_follow"),
        (lambda: StockLevel.objects.all().delete(), "stock_levels_follow"),
    ],
)
def test_nobody_changes_movements_or_levels_by_hand(place, write, rule):
    stock_book(bookings=[booking(place, 5, "a")])
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == rule


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-5, 9).filter(bool)), max_size=12))
def test_a_level_is_the_sum_of_its_movements_whatever_is_booked(place, moves):
    with transaction.atomic():
        booked = {}
        for key, quantity in moves:
            try:
                stock_book(bookings=[booking(place, quantity, key, Kind.ISSUE)])
                booked.setdefault(key, quantity)
            except ValidationError:
                assert key in booked or sum(booked.values()) + quantity < 0
        assert (sum(level()), list(stock_mismatches())) == (sum(booked.values()), [])
        transaction.set_rollback(True)


def at_once(act):
    """What four workers got who did it at the same moment; zero for those that were refused."""
    outcomes, begin = [], threading.Barrier(4)

    def worker(number):
        begin.wait()
        try:
            outcomes.append(act(number))
        except ValidationError:
            outcomes.append(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=[number]) for number in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_workers_booking_the_last_piece_never_both_get_it():
    place = {"product": ProductFactory(), "warehouse": WarehouseFactory()}
    stock_book(bookings=[booking(place, 1, "in")])
    outcomes = at_once(lambda number: stock_book(bookings=[booking(place, -1, f"out-{number}", Kind.ISSUE)]))
    assert (outcomes, level()) == ([0, 0, 0, 1], [Decimal(0)])


@pytest.mark.django_db(transaction=True)
def test_several_counts_at_once_of_what_was_never_booked_leave_what_was_counted():
    place = {"product": ProductFactory(), "warehouse": WarehouseFactory()}
    outcomes = at_once(lambda number: stock_count(**place, counted=Decimal(5), key=f"count-{number}"))
    assert (outcomes, level()) == ([0, 0, 0, 5], [Decimal(5)])
