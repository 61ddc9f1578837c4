"""A person creates a customer in thirteen steps, reads each value back, and moves a subtree, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer
from foundation.changes.models import Change, Source
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerGroupFactory,
    InternalRatingFactory,
    PaymentTermFactory,
    PriceListFactory,
    TaxCodeFactory,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def company():
    """What the steps choose from."""
    AccountFactory(name="Nordwind Group")
    CustomerFactory(name="Nordwind Holding")
    CustomerGroupFactory(name="Gastro", payment_term=PaymentTermFactory(label="net 30 days"))
    PaymentTermFactory(label="prepaid")
    TaxCodeFactory(code="B2B_PL")
    InternalRatingFactory(label="4 of 5 stars")
    PriceListFactory(name="Retail")
    PriceListFactory(name="Wholesale")


def choose(page: Page, field: str, text: str) -> None:
    """Pick from an autocomplete field as a person does: open, type, take the first hit."""
    page.locator(f"#id_{field} + .select2-container").click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def chosen(page: Page, field: str):
    return page.locator(f"#id_{field} + .select2-container .select2-selection__rendered")


def add_row(page: Page, prefix: str) -> None:
    page.locator(f"#{prefix}-group .add-row, #{prefix}-group .add-row a").first.click()


def fill_address(page: Page, number: int, street: str) -> None:
    row = f"#id_addresses-{number}"
    page.fill(f"{row}-organization", "Nordwind Handels GmbH")
    page.fill(f"{row}-street", street)
    page.fill(f"{row}-postal_code", "00-850")
    page.fill(f"{row}-city", "Warszawa")
    page.select_option(f"{row}-country", "PL")


def walk_the_steps(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_role("link", name="Customers", exact=True).first.click()  # 1
    page.locator('a[href$="/customers/customer/add/"]').first.click()  # 2
    choose(page, "account", "Nordwind Group")  # 3
    page.fill("#id_name", "Nordwind Handels GmbH")  # 4
    choose(page, "group", "Gastro")  # 5
    empty_term = page.locator("#id_payment_term option[value='']")
    expect(empty_term).to_have_text("net 30 days (Defined for Customer Group)")
    choose(page, "parent", "Nordwind Holding")  # 6
    for rep_id in ("BKOWALSKI", "ANOWAK"):  # 7
        page.locator("[data-new]").fill(rep_id)
        page.get_by_role("button", name="Add rep").click()
    page.get_by_role("textbox", name="Rep id 2").press("Alt+ArrowUp")
    page.select_option("#id_tax_code", label="B2B_PL")  # 8
    add_row(page, "addresses")  # 9
    fill_address(page, 0, "Prosta 20")
    page.check("#id_addresses-0-is_default_billing")
    expect(page.locator("#id_addresses-0-is_billing")).to_be_checked()
    add_row(page, "addresses")
    fill_address(page, 1, "Towarowa 1")
    page.check("#id_addresses-1-is_default_shipping")
    page.select_option("#id_payment_term", label="prepaid")  # 10
    for number, name in enumerate(("Wholesale", "Retail")):  # 11
        add_row(page, "price_lists")
        choose(page, f"price_lists-{number}-price_list", name)
    page.locator("#price_lists-group [data-move='-1']").nth(1).click()
    page.fill("#id_vat_id", "PL 526-000-12-46")  # 12


def test_thirteen_steps_make_a_customer_whose_values_are_read_back(staff_page: Page, company, screenshot):
    page = staff_page
    walk_the_steps(page)
    screenshot(page, "customer-form-filled")
    page.locator("button[name=_continue], input[name=_continue]").click()  # 13

    expect(page.locator("body")).to_contain_text("was added successfully")
    expect(page.locator("#id_name")).to_have_value("Nordwind Handels GmbH")
    for field, name in (("account", "Nordwind Group"), ("group", "Gastro"), ("parent", "Nordwind Holding")):
        expect(chosen(page, field)).to_contain_text(name)
    reps = page.locator("[data-item] input")
    expect(reps).to_have_count(2)
    expect(reps.nth(0)).to_have_value("ANOWAK")
    expect(reps.nth(1)).to_have_value("BKOWALSKI")
    expect(page.locator("#id_tax_code option:checked")).to_have_text("B2B_PL")
    expect(page.locator("#id_payment_term option:checked")).to_have_text("prepaid")
    expect(page.locator("#id_addresses-0-street")).to_have_value("Prosta 20")
    expect(page.locator("#id_addresses-0-is_default_billing")).to_be_checked()
    expect(page.locator("#id_addresses-0-is_primary")).to_be_checked()
    expect(page.locator("#id_addresses-1-street")).to_have_value("Towarowa 1")
    expect(page.locator("#id_addresses-1-is_default_shipping")).to_be_checked()
    expect(chosen(page, "price_lists-0-price_list")).to_contain_text("Retail")
    expect(chosen(page, "price_lists-1-price_list")).to_contain_text("Wholesale")
    expect(page.locator("#id_vat_id")).to_have_value("PL5260001246")
    screenshot(page, "customer-form-saved")


def add_subsidiary(page: Page, name: str) -> None:
    page.locator(".hub-actions").get_by_role("link", name="New subsidiary").click()
    page.fill("#id_name", name)
    page.locator("[name=_save]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_company_with_subsidiaries_is_made_by_the_steps_and_read_on_its_page(staff_page: Page, company, screenshot):
    page = staff_page
    walk_the_steps(page)
    page.locator("[name=_save]").click()  # 13

    expect(page).to_have_url(re.compile(r"/customers/customer/\d+/overview/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nordwind Handels GmbH")
    facts = page.locator("#panel-facts")
    for label, value in (
        ("Account", "Nordwind Group"),  # 3
        ("Customer group", "Gastro"),  # 5
        ("Parent customer", "Nordwind Holding"),  # 6
        ("Sales reps", "ANOWAK, BKOWALSKI"),  # 7
        ("Tax code", "B2B_PL"),  # 8
        ("Payment term", "prepaid"),  # 10
        ("VAT id", "PL5260001246"),  # 12
    ):
        told = facts.locator(f"dt:text-is('{label}') + dd")
        expect(told).to_contain_text(value)
    expect(page.locator("#panel-company-totals dl")).to_contain_text(re.compile(r"Addresses\s+2"))  # 9
    lists = page.locator("#panel-price-chain li")  # 11
    expect(lists.nth(0)).to_contain_text("Retail")
    expect(lists.nth(1)).to_contain_text("Wholesale")

    add_subsidiary(page, "Nordwind Gdańsk")
    add_subsidiary(page, "Nordwind Gdynia")
    page.locator(".hub-tree").get_by_role("link", name="Nordwind Handels GmbH", exact=True).click()
    tree = page.locator(".hub-tree li .hub-tree-name")
    expect(tree).to_have_text([re.compile(name) for name in ("Holding", "Handels", "Gdańsk", "Gdynia")])
    expect(page.locator("#panel-subsidiaries")).to_contain_text("Nordwind Gdańsk")
    screenshot(page, "customer-overview")


def test_branch_is_opened_and_shut_by_keyboard_without_losing_ones_place(staff_page: Page, watched_requests):
    page = staff_page
    root = CustomerFactory(name="Root")
    branch = CustomerFactory(name="Branch", parent=root)
    CustomerFactory(name="Leaf", parent=branch)
    page.goto(f"/admin/customers/customer/{root.pk}/overview/", wait_until="networkidle")
    watched_requests.clear()
    toggle = page.get_by_role("link", name="Subsidiaries of Branch")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hub-tree")).not_to_contain_text("Leaf")
    expect(toggle).to_be_focused()
    expect(toggle).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator(".hub-tree")).to_contain_text("Leaf")
    assert watched_requests == ["xhr", "xhr"]  # the page was not loaded anew


@pytest.fixture
def watched_requests(staff_page: Page) -> list[str]:
    """How each address of a customer's page was asked for."""
    asked: list[str] = []
    staff_page.on("request", lambda one: asked.append(one.resource_type) if "/overview/" in one.url else None)
    return asked


def test_two_clicks_on_save_make_one_customer(staff_page: Page, hub_server):
    staff_page.goto("/admin/customers/customer/add/")
    staff_page.fill("#id_name", "Once")
    staff_page.locator("[name=_save]").dblclick()
    expect(staff_page.locator("body")).to_contain_text("was added successfully")
    assert Customer.objects.filter(name="Once").count() == 1


def test_subtree_is_moved_and_a_cycle_refused_with_its_sentence(staff_page: Page, superuser):
    page = staff_page
    holding, old = CustomerFactory(name="Holding"), CustomerFactory(name="Old parent")
    branch = CustomerFactory(name="Branch", parent=old)
    leaf = CustomerFactory(name="Leaf", parent=branch)

    page.goto("/admin/customers/customer/")
    page.locator(f"input.action-select[value='{branch.pk}']").check()
    page.locator("select[name=action]").select_option(label="Move under a parent…")
    page.locator("select[name=action]").evaluate("select => select.form.submit()")
    choose(page, "value", "Leaf")
    page.locator("main button[type=submit]").click()
    sentence = "Circular reference detected. 'Leaf' cannot be a parent of 'Branch' because it is its child."
    expect(page.locator("body")).to_contain_text(sentence)

    page.goto(f"/admin/customers/customer/{branch.pk}/overview/")
    page.locator(".hub-actions").get_by_role("link", name="Move…").click()
    choose(page, "value", "Holding")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("main .hub-diff")).to_contain_text("Holding")
    page.get_by_role("button", name="Move").click()

    expect(page.locator("body")).to_contain_text("“Branch” was moved.")
    expect(page.locator(".hub-tree li").first).to_contain_text("Holding")
    expect(page.locator(".hub-tree")).to_contain_text("Leaf")
    branch.refresh_from_db()
    leaf.refresh_from_db()
    assert (branch.parent, leaf.parent) == (holding, branch)
    page.goto(f"/admin/customers/customer/{branch.pk}/history/")
    for words in ("Ada Staff", "Old parent", "Holding"):
        expect(page.locator("main")).to_contain_text(words)
    recorded = Change.objects.select_related("set").get(table="customers_customer", key=branch.pk, operation="update")
    assert recorded.before == {"parent_id": old.pk}
    assert (recorded.set.source, recorded.set.actor) == (Source.FORM, superuser)


@pytest.mark.parametrize("name", ["customers", "customer-overview", "customer-form", "group"])
def test_pages_fit_a_phone(phone_page: Page, name, company, screenshot):
    group = Customer.objects.get(name="Nordwind Holding")
    pages = {
        "customers": "/admin/customers/customer/",
        "customer-overview": f"/admin/customers/customer/{group.pk}/overview/",
        "customer-form": f"/admin/customers/customer/{group.pk}/change/",
        "group": "/admin/customers/customergroup/add/",
    }
    phone_page.goto(pages[name])
    screenshot(phone_page, f"{name}-phone")
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 390
