"""Asking VIES from a customer's page, in a real browser."""

import pytest
from playwright.sync_api import expect

from customers.admin.overview import overview_url
from foundation.jobs.testing import run_pending
from tests.factories import AddressFactory, CustomerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PL = "PL5260001246"


@pytest.fixture
def ada(sandbox, settings):
    settings.VAT_CHECK, settings.VIES_URL = True, f"{sandbox.url}/vies/rest-api"
    sandbox.company(PL, "ADA SPÓŁKA AKCYJNA", "UL. KRÓTKA 7\n00-850 WARSZAWA")
    ada = CustomerFactory(name="Ada S.A.", vat_id=PL, vat_state="valid")
    AddressFactory(customer=ada, street="ul. Długa 1", is_billing=True, is_default_billing=True)
    return ada


def test_the_answer_appears_on_the_page_by_itself(hub_server, staff_page, ada):
    staff_page.goto(f"{hub_server.url}{overview_url(ada)}", wait_until="networkidle")
    panel = staff_page.locator("#panel-vat")
    panel.get_by_role("button", name="Ask VIES").click()
    expect(panel.get_by_text("VIES is being asked …")).to_be_visible()
    run_pending()
    expect(panel.get_by_text("Differs from the register")).to_be_visible()
    expect(panel.get_by_role("row", name="Street ul. Długa 1 UL. KRÓTKA 7 Different")).to_be_visible()


def test_the_panel_fits_a_phone(hub_server, phone_page, ada):
    phone_page.goto(f"{hub_server.url}{overview_url(ada)}", wait_until="networkidle")
    phone_page.locator("#panel-vat").get_by_role("button", name="Ask VIES").click()
    run_pending()
    expect(phone_page.locator("#panel-vat").get_by_text("UL. KRÓTKA 7")).to_be_visible()
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
