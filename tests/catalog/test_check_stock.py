"""The command that proves stock."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import StockMovement
from catalog.services.stock import Booking, stock_book
from tests.factories import ProductFactory, UnitFactory, WarehouseFactory

pytestmark = pytest.mark.django_db


def check():
    out, errors = StringIO(), StringIO()
    try:
        call_command("check_stock", stdout=out, stderr=errors)
    except CommandError as error:
        return error.returncode, f"{errors.getvalue()}{error}"
    return 0, out.getvalue()


def test_says_where_a_level_is_not_what_was_booked():
    product = ProductFactory(sku="A-1", name="Chai", unit=UnitFactory(code="item"))
    kind = StockMovement.Kind.RECEIPT
    stock_book(bookings=[Booking(product, WarehouseFactory(name="Main"), Decimal(5), kind, "a")])
    assert check() == (0, "Every stock level is the sum of its movements.\n")
    with connection.cursor() as cursor:  # as somebody would who goes past every guard
        cursor.execute("SET LOCAL session_replication_role = replica; UPDATE catalog_stocklevel SET quantity = 7")
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    assert check() == (
        1,
        "A-1 – Chai, warehouse Main, item: the level is 7, its movements make 5\n"
        "Levels that differ from their movements: 1.",
    )
