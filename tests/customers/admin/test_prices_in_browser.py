"""Prices in a real browser: asking why, typing into the table, moving lists by keyboard."""

import pytest
from playwright.sync_api import expect

from customers.models import SystemPriceList
from tests.factories import CustomerFactory, PriceFactory, SystemPriceListFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def chai(transactional_db):
    """A product that everybody pays 90 for."""
    price = PriceFactory(product__sku="CHAI", product__name="Chai", value=90, price_list__name="General")
    SystemPriceListFactory(price_list=price.price_list, position=1)
    return price


def choose(page, field, words):
    page.locator(f"#id_{field} + .select2").click()
    page.keyboard.type(words)
    page.get_by_role("option", name=words).first.click()


def test_the_question_is_asked_by_typing_names(staff_page, chai):
    CustomerFactory(name="Nordwind")
    staff_page.goto("/admin/customers/customer/why-price/", wait_until="networkidle")
    choose(staff_page, "customer", "Nordwind")
    choose(staff_page, "product", "Chai")
    staff_page.get_by_role("button", name="Show the price and why").click()
    expect(staff_page.get_by_text("90.00 EUR").first).to_be_visible()
    expect(staff_page.get_by_text("“General” (Everybody) has the lowest price")).to_be_visible()


def test_enter_goes_down_the_prices_and_changed_rows_are_counted(phone_page, chai):
    PriceFactory(price_list=chai.price_list, product=chai.product, quantity=10, value=80)
    phone_page.goto(f"/admin/catalog/pricelist/{chai.price_list_id}/prices/")
    fields = phone_page.get_by_label("Price: CHAI")
    fields.nth(0).fill("91")
    fields.nth(0).press("Enter")
    phone_page.keyboard.type("81.5")
    expect(phone_page.get_by_text("Rows changed: 2")).to_be_visible()
    phone_page.get_by_role("button", name="Save prices").click()
    expect(phone_page.get_by_text("Saved: 2 changed, 0 deleted.")).to_be_visible()
    values = chai.price_list.prices.order_by("quantity").values_list("value", flat=True)
    assert [f"{value:.2f}" for value in values] == ["91.00", "81.50"]


def test_general_lists_are_moved_by_keyboard(staff_page, chai):
    SystemPriceListFactory(price_list__name="Summer", position=2)
    staff_page.goto("/admin/customers/systempricelist/arrange/")
    staff_page.get_by_label("Priority of Summer").press("Alt+ArrowUp")
    staff_page.get_by_role("button", name="Save").click()
    expect(staff_page.get_by_text("The general price lists were saved.")).to_be_visible()
    assert list(SystemPriceList.objects.values_list("price_list__name", flat=True)) == ["Summer", "General"]
