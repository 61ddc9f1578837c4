"""Inventory by the engine and row by row: both leave the same levels and statuses, and say the same."""

import pytest
from hypothesis import HealthCheck, given, settings

from catalog.models import Product, StockLevel, StockMovement
from catalog.resources import InventoryResource, InventoryStatusResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from tests.catalog.transfers.test_inventory import booked, main  # noqa: F401  (a fixture)
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import WarehouseFactory

pytestmark = pytest.mark.django_db

CELLS = {
    "SKU": ["", "P1", "p1", "P1", "P2", "nope", "__NULL__"],
    "Product": ["", "Wine"],
    "Inventory Status": ["", "In Stock", "in_stock", "Out of Stock", "lost", "__NULL__"],
    "Quantity": ["", "10", "10.4", "7", "0", "0.4", "-1", "x", "1.255", "1000000000000", "__NULL__"],
    "Unit": ["", "item", "ITEMS", "box", "boxes", "kg", "nope", "__NULL__"],
    "Warehouse": ["", "MAIN", "main", "OLD", "NOPE", "__NULL__"],
}
SEEN_BEFORE = [
    ("P1", "", "In Stock", "10", "item", "MAIN"),
    ("P2", "", "In Stock", "", "", ""),
    ("P1", "", "", "7", "box", "MAIN"),
]


@pytest.fixture(params=["one warehouse", "two"])
def stock(request, main):  # noqa: F811
    if request.param == "two":
        booked(WarehouseFactory(code="NORTH"), "P2", "1.5", "begin too")
    with recording():
        import_table(InventoryResource(), table_of(list(CELLS), SEEN_BEFORE[:2]), Options())


def state():
    place = ("product__sku", "warehouse__code", "unit__code", "quantity")
    return (
        sorted(StockLevel.objects.values_list(*place)),
        sorted(StockMovement.objects.values_list(*place, "kind")),
        sorted(Product.objects.values_list("sku", "inventory_status", "version")),
    )


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(CELLS, always=("SKU", "Inventory Status", "Quantity", "Unit")), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(stock, file, options):
    table = table_of(*file)
    assert by_engine(InventoryResource, table, options, state) == by_row(InventoryResource, table, options, state)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files(CELLS, most=4), options=HOW)
def test_so_it_does_for_any_part_of_the_template(stock, file, options):
    table = table_of(*file)
    assert by_engine(InventoryResource, table, options, state) == by_row(InventoryResource, table, options, state)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=files({name: CELLS[name] for name in ("SKU", "Product", "Inventory Status")}, always=("SKU",)), options=HOW)
def test_so_it_does_for_statuses_alone(stock, file, options):
    table = table_of(*file)
    engine = by_engine(InventoryStatusResource, table, options, state)
    assert engine == by_row(InventoryStatusResource, table, options, state)
