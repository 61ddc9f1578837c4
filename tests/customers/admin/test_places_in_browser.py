"""The map in a real browser: drawn without a network, led by keyboard, at both widths."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.customers.admin.conftest import page_url
from tests.factories import AddressFactory, CustomerFactory, NoteFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def nordwind(db):
    customer = CustomerFactory(name="Nordwind Handels GmbH")
    for label, city, country, latitude, longitude in (
        ("Head office", "Hamburg", "DE", "53.550341", "10.000654"),
        ("Warehouse", "Graz", "AT", "47.070714", "15.439504"),
        ("Shop", "Gdańsk", "PL", "54.352025", "18.646638"),
    ):
        AddressFactory(
            customer=customer, label=label, city=city, country=country, latitude=latitude, longitude=longitude
        )
    NoteFactory(customer=customer)
    return customer


def test_the_map_is_drawn_and_led_by_the_list(staff_page: Page, nordwind):
    problems: list[str] = []
    staff_page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    staff_page.on("pageerror", lambda error: problems.append(str(error)))
    staff_page.goto(page_url(nordwind))
    panel = staff_page.locator("#panel-addresses")
    expect(panel.locator(".hub-pin")).to_have_count(3)
    expect(panel.locator("path.hub-land").first).to_be_attached()
    button = panel.get_by_role("button", name=re.compile("Show on the map ?: Warehouse"))
    button.focus()
    staff_page.keyboard.press("Enter")
    expect(panel.locator(".hub-place.hub-chosen")).to_contain_text("Graz")
    expect(panel.locator(".hub-pin.hub-chosen")).to_have_attribute("aria-label", "Warehouse, Graz")
    staff_page.locator("#panel-timeline").scroll_into_view_if_needed()
    expect(staff_page.locator("#panel-timeline .hub-timeline li").first).to_be_visible()
    assert problems == []


def test_the_panels_fit_a_phone(phone_page: Page, nordwind):
    phone_page.goto(page_url(nordwind))
    expect(phone_page.locator(".hub-pin")).to_have_count(3)
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
