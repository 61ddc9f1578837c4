"""A person who may do everything, and a product with stock."""

from decimal import Decimal

import pytest

from catalog.models import StockMovement
from catalog.services.stock import Booking, stock_book
from foundation.identity.models import User
from tests.factories import ProductFactory, UnitFactory, WarehouseFactory


@pytest.fixture
def boss(client, db):
    user = User.objects.create_superuser("root@hub.example", "correct horse battery", name="Ruth Root")
    client.force_login(user)
    return client


@pytest.fixture
def main(db):
    return WarehouseFactory(code="MAIN", name="Main")


@pytest.fixture
def chai(db):
    return ProductFactory(sku="A-1", name="Chai", unit=UnitFactory(code="item"))


@pytest.fixture
def book(main, chai):
    """Books of a product in the main warehouse."""

    def book(quantity, key, kind=StockMovement.Kind.RECEIPT, product=chai, warehouse=main, **more):
        stock_book(bookings=[Booking(product, warehouse, Decimal(quantity), kind, key, **more)])

    return book
