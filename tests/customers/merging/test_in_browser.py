"""Two customers are merged and taken apart again in a real browser."""

import pytest
from playwright.sync_api import expect

from customers.duplicates.finding import find_duplicates
from customers.models import Customer
from tests.factories import AddressFactory, ContactFactory, CustomerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def twins():
    pair = [
        CustomerFactory(name="Nordwind Handels GmbH", code="K-1", email="office@nordwind.example"),
        CustomerFactory(name="NORDWIND HANDELS", code="K-2", email="office@nordwind.example", phone="+49 40 12345"),
    ]
    for one in pair:
        AddressFactory(customer=one, postal_code="20095", city="Hamburg", country="DE")
        ContactFactory(customer=one, first_name="Ewa", last_name="Lis", email="ewa@nordwind.example")
    find_duplicates()
    return pair


def test_two_are_merged_and_taken_apart(hub_server, staff_page, twins, screenshot):
    staff_page.goto(f"{hub_server.url}/admin/customers/customer/duplicates/", wait_until="networkidle")
    screenshot(staff_page, "duplicates")
    staff_page.get_by_role("button", name="Merge…").click()
    staff_page.get_by_role("radio", name="NORDWIND HANDELS", exact=True).check()
    screenshot(staff_page, "merge-choose")
    staff_page.get_by_role("button", name="Show what happens").click()
    expect(staff_page.get_by_text("Both contacts stay.")).to_be_visible()
    screenshot(staff_page, "merge-preview")
    staff_page.get_by_role("button", name="Merge now").click()
    expect(staff_page.get_by_text("was merged into this customer.")).to_be_visible()
    assert [one.name for one in Customer.objects.all()] == ["NORDWIND HANDELS"]
    screenshot(staff_page, "merge-done")
    staff_page.get_by_role("link", name="Take it back").click()
    screenshot(staff_page, "merge-undo")
    staff_page.get_by_role("button", name="Take it back").click()
    expect(staff_page.get_by_text("is there again.")).to_be_visible()
    assert {one.code: one.name for one in Customer.objects.all()} == {one.code: one.name for one in twins}


def test_the_pages_fit_a_phone(hub_server, phone_page, twins, screenshot):
    base = f"{hub_server.url}/admin/customers/customer/"
    pair = f"winner={twins[0].pk}&loser={twins[1].pk}"
    for name, address in (
        ("duplicates", "duplicates/"),
        ("merge-choose", f"merge/?{pair}"),
        ("merge-preview", f"merge/?{pair}&step=preview"),
        ("likeness", f"{twins[0].pk}/overview/"),
    ):
        phone_page.goto(base + address, wait_until="networkidle")
        wide, seen = phone_page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        screenshot(phone_page, f"{name}-phone")
        assert wide <= seen, name
