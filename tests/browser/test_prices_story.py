"""Products, prices and stock by file, and then the question every office is asked: why this price?"""

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Price, Product, StockLevel
from customers.models import CustomerPriceList, GroupPriceList
from tests.browser.importing import import_file
from tests.factories import (
    CustomerFactory,
    CustomerGroupFactory,
    PriceListFactory,
    UnitFactory,
    WarehouseFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRODUCTS = """SKU,Name.default.value,Status,Type,Inventory Status.Id,Unit of Quantity.Unit.Code
NW-1001,Mulled wine 1 l,enabled,simple,in_stock,item
NW-1002,Punch 5 l,enabled,simple,in_stock,item
"""
GASTRO = """Product SKU,Quantity,Unit Code,Price,Currency
NW-1001,1,item,24.90,EUR
NW-1001,50,item,21.5000,EUR
NW-1002,1,item,99,EUR
"""
OWN = """Product SKU,Quantity,Unit Code,Price,Currency
NW-1001,10,item,22.00,EUR
"""
INVENTORY = """SKU,Product,Inventory Status,Quantity,Unit,Warehouse
NW-1001,Mulled wine 1 l,In Stock,420,items,MAIN
NW-1002,Punch 5 l,In Stock,7,,MAIN
"""


@pytest.fixture
def nordwind():
    """A customer with a group and a list of its own, both still empty."""
    UnitFactory(code="item", name="item", plural="items")
    WarehouseFactory(code="MAIN", name="Main warehouse")
    group = CustomerGroupFactory(name="Gastro")
    customer = CustomerFactory(name="Nordwind", group=group)
    GroupPriceList.objects.create(group=group, price_list=PriceListFactory(name="Gastro prices"))
    CustomerPriceList.objects.create(customer=customer, price_list=PriceListFactory(name="Nordwind prices"))
    return customer


@pytest.fixture
def written(tmp_path):
    def write(name: str, text: str):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def prices_of(assignment) -> str:
    return f"/admin/catalog/pricelist/{assignment.price_list_id}/prices/"


def ask_why(page: Page, customer, product, quantity: int) -> None:
    page.goto(
        f"/admin/customers/customer/why-price/?customer={customer.pk}&product={product.pk}&quantity={quantity}&currency=EUR"
    )


def test_files_come_in_and_the_price_is_explained(staff_page: Page, nordwind, written, children, screenshot):
    page = staff_page
    children.start("worker")
    import_file(page, "/admin/catalog/product/", written("products.csv", PRODUCTS), 2)
    import_file(page, prices_of(GroupPriceList.objects.get()), written("gastro.csv", GASTRO), 3)
    import_file(page, prices_of(CustomerPriceList.objects.get()), written("own.csv", OWN), 1)
    import_file(page, "/admin/catalog/stocklevel/", written("inventory.csv", INVENTORY), 2)
    wine = Product.objects.get(sku="NW-1001")
    assert (Price.objects.count(), StockLevel.objects.get(product=wine).quantity) == (4, 420)

    ask_why(page, nordwind, wine, 12)
    expect(page.get_by_text("22.00 EUR", exact=False).first).to_be_visible()
    expect(page.get_by_text("“Nordwind prices” (Customer) has the lowest price of the tier")).to_be_visible()
    expect(page.get_by_text("A higher tier holds for this quantity.").first).to_be_visible()
    screenshot(page, "why-price")
    ask_why(page, nordwind, wine, 1)
    expect(page.get_by_text("“Gastro prices” (Customer group) has the lowest price of the tier")).to_be_visible()
