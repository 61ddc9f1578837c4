"""The prices of a list replaced by a file, and stock taken back, in a real browser."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from catalog.models import Price, PriceList, StockLevel, StockMovement
from catalog.services.stock import Booking, stock_book
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, UnitFactory, WarehouseFactory
from tests.fixtures.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def retail():
    retail = PriceListFactory(name="Retail")
    wine = ProductFactory(sku="P1", name="Wine", unit=UnitFactory(code="item"))
    PriceFactory(price_list=retail, product=wine)
    PriceFactory(price_list=retail, product=wine, quantity=50)
    WarehouseFactory(code="MAIN")
    return retail


@pytest.fixture
def pictures(screenshot):
    """Keep a page at both widths; it fits either."""

    def take(page, name):
        screenshot(page, name)
        page.set_viewport_size(PHONE)
        screenshot(page, f"{name}-phone")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.set_viewport_size(DESKTOP)

    return take


def send(page, name, text):
    file = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("Choose a file, or drop it here").set_input_files(files=[file])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/importrun/**")
    run_here(Job.objects.latest("pk"))


def test_all_prices_of_a_list_are_replaced(staff_page, retail, pictures):
    page = staff_page
    page.goto(f"/admin/catalog/pricelist/{retail.pk}/prices/")
    page.get_by_role("link", name="Import", exact=True).click()
    expect(page.get_by_label("Price list")).to_have_value(str(retail.pk))
    pictures(page, "prices-upload")
    send(page, "prices.csv", "Product SKU,Quantity,Unit Code,Price,Currency\nP1,1,item,24.90,EUR\n")
    page.get_by_role("link", name="Change how the file is read").click()
    page.locator("input[name=strategy][value=reset]").check()
    page.get_by_role("button", name="Check the file").click()
    page.wait_for_url(lambda address: "arrange" not in address)
    run_here(Job.objects.latest("pk"))
    caution = "All 2 prices that “Retail” has now go, and those of the file take their place."
    expect(page.get_by_text(caution)).to_be_visible()
    pictures(page, "prices-check")
    page.get_by_role("button", name="Import 1 row now").click()
    expect(page.get_by_text(caution)).to_be_visible()
    pictures(page, "prices-replace")
    page.get_by_role("button", name="Yes, import").click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    run_here(Job.objects.latest("pk"))
    expect(page.get_by_text("1 row is in.")).to_be_visible()
    assert PriceList.objects.get(pk=retail.pk).edition == 2
    assert Price.objects.filter(price_list=retail, edition=2).count() == 1


def test_booked_stock_is_taken_back_though_some_was_sold(staff_page, retail, pictures):
    page = staff_page
    page.goto("/admin/catalog/stocklevel/")
    page.get_by_role("link", name="Import", exact=True).click()
    send(page, "stock.csv", "SKU,Quantity\nP1,7\n")
    page.get_by_role("button", name="Import 1 row now").click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    run_here(Job.objects.latest("pk"))
    level, kind = StockLevel.objects.get(), StockMovement.Kind.ISSUE
    stock_book(bookings=[Booking(level.product, level.warehouse, Decimal(-5), kind, "sold")])
    page.get_by_role("button", name=re.compile("Undo this import")).click()
    page.wait_for_url("**/undo/**")
    run_here(Job.objects.latest("pk"))
    expect(page.get_by_text("1 booking is booked back.")).to_be_visible()
    expect(page.get_by_text(f"P1 in {level.warehouse.name}: −5")).to_be_visible()
    pictures(page, "stock-undo")
    page.get_by_role("button", name="Yes, undo the import").click()
    expect(page.get_by_text("Waits for a worker")).to_be_visible()
    run_here(Job.objects.latest("pk"))
    assert StockLevel.objects.get().quantity == -5
