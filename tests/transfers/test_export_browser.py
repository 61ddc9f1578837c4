"""The export's page in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from customers.resources import CustomerResource
from tests.factories import CustomerFactory, CustomerGroupFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/admin/customers/customer/"
COLUMNS = len(CustomerResource.columns())


@pytest.fixture
def company():
    group = CustomerGroupFactory(name="Gastro")
    CustomerFactory(name="Alfa Druk", code="A1", group=group)
    CustomerFactory(name="Beta Druk", code="B1")
    CustomerFactory(name="Gamma Papier", code="C1")


def download(page: Page) -> str:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export", exact=True).click()
    return waiting.value.path().read_text(encoding="utf-8-sig")


def test_the_filtered_list_with_chosen_columns_comes_down(staff_page: Page, company, screenshot):
    staff_page.goto(f"{LIST}?q=druk")
    staff_page.get_by_role("link", name="Export", exact=True).click()
    expect(staff_page.get_by_label("The list as it is filtered now (2)")).to_be_checked()
    screenshot(staff_page, "export-page")
    staff_page.get_by_role("button", name="None").click()
    expect(staff_page.get_by_text(f"0 of {COLUMNS} chosen")).to_be_visible()
    staff_page.get_by_label("Name", exact=True).check()
    staff_page.get_by_label("External Id", exact=True).check()
    expect(staff_page.get_by_text(f"2 of {COLUMNS} chosen")).to_be_visible()
    assert download(staff_page) == "Name,External Id\nAlfa Druk,A1\nBeta Druk,B1\n"


def test_orocommerce_sets_our_columns_aside(staff_page: Page, company):
    staff_page.goto(f"{LIST}export/")
    staff_page.get_by_label("OroCommerce").check()
    expect(staff_page.get_by_label("Sales Rep Ids")).to_be_disabled()
    expect(staff_page.get_by_text("12 of 12 chosen")).to_be_visible()
    assert download(staff_page).splitlines()[0].endswith(",VAT Id,Payment term Label")


def test_ticked_rows_are_exported_by_keyboard(staff_page: Page, company):
    staff_page.goto(LIST)
    one = Customer.objects.get(name="Gamma Papier")
    staff_page.locator(f"input.action-select[value='{one.pk}']").check()
    staff_page.locator("select[name=action]").select_option("export_selected")
    staff_page.locator("select[name=action]").evaluate("select => select.form.submit()")
    expect(staff_page.get_by_label("The ticked ones (1)")).to_be_checked()
    staff_page.get_by_label("Everything").focus()
    staff_page.keyboard.press("ArrowDown")
    expect(staff_page.get_by_label("OroCommerce")).to_be_checked()
    staff_page.get_by_role("button", name="Export", exact=True).focus()
    with staff_page.expect_download() as waiting:
        staff_page.keyboard.press("Enter")
    assert "Gamma Papier" in waiting.value.path().read_text(encoding="utf-8")


def test_the_page_fits_a_phone(phone_page: Page, company, screenshot):
    phone_page.goto(f"{LIST}export/")
    screenshot(phone_page, "export-page-phone")
    assert phone_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(phone_page.get_by_role("button", name="Export", exact=True)).to_be_visible()
