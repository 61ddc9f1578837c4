"""A supplier's file with its own headers: one file read by three saved profiles, as products, prices and stock."""

import json
from decimal import Decimal

import pytest
from django.core.management import call_command

from catalog.models import Price, Product, StockLevel
from foundation.transfers.models import ImportProfile
from tests.factories import PriceListFactory, UnitFactory, WarehouseFactory

pytestmark = pytest.mark.django_db

FILE = (
    "sku,name,category,quantity_per_unit,unit_price,units_in_stock,units_on_order,reorder_level,discontinued\n"
    "NW-0001,Chai,Beverages,10 boxes x 30 bags,18,39,0,10,t\n"
    "NW-0003,Aniseed Syrup,Condiments,12 - 550 ml bottles,10,13,70,25,f\n"
    "NW-0005,Gumbo Mix,Condiments,36 boxes,21.35,0,0,0,t\n"
)
PROFILES = {
    "products": [
        {"column": "SKU", "source": "sku"},
        {"column": "Name.default.value", "source": "name"},
        {"column": "category.default.title", "source": "category"},
        {"column": "Short Description.default.value", "source": "quantity_per_unit"},
        {"column": "Low Stock At", "source": "reorder_level"},
        {
            "column": "Inventory Status.Id",
            "source": "discontinued",
            "values": {"t": "discontinued", "f": "in_stock"},
        },
        {"column": "Unit of Quantity.Unit.Code", "source": None, "constant": "item"},
    ],
    "prices": [
        {"column": "Product SKU", "source": "sku"},
        {"column": "Price", "source": "unit_price"},
        {"column": "Quantity", "source": None, "constant": "1"},
        {"column": "Unit Code", "source": None, "constant": "item"},
        {"column": "Currency", "source": None, "constant": "USD"},
    ],
    "inventory": [{"column": "SKU", "source": "sku"}, {"column": "Quantity", "source": "units_in_stock"}],
}


def test_one_file_becomes_products_prices_and_stock(tmp_path, capsys):
    UnitFactory(code="item")
    WarehouseFactory(code="MAIN")
    PriceListFactory(name="Wholesale", currencies=["USD"])
    path = tmp_path / "products.csv"
    path.write_text(FILE)
    for what, mapping in PROFILES.items():
        ImportProfile.objects.create(name="Northwind", what=what, mapping=mapping)
    for what, more in (("products", ["--create-missing"]), ("prices", ["--into", "wholesale"]), ("inventory", [])):
        call_command("import_data", what, path, "--mapping", "Northwind", "--json", *more)
        told = json.loads(capsys.readouterr().out)
        assert (told["state"], told["refused"], told["errors"]) == ("applied", 0, [])
    chai = Product.objects.get(sku="NW-0001")
    assert (chai.name, chai.category.name, chai.inventory_status) == ("Chai", "Beverages", "discontinued")
    assert (chai.low_stock_at, chai.short_description) == (Decimal(10), "10 boxes x 30 bags")
    assert dict(Price.objects.values_list("product__sku", "value")) == {
        "NW-0001": Decimal(18),
        "NW-0003": Decimal(10),
        "NW-0005": Decimal("21.35"),
    }
    assert dict(StockLevel.objects.values_list("product__sku", "quantity")) == {"NW-0001": 39, "NW-0003": 13}
