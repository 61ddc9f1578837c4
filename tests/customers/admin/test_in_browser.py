"""What only a browser can tell of the pages of customers."""

import pytest
from playwright.sync_api import expect

from tests.factories import CustomerFactory, InternalRatingFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_row_of_short_values_is_one_line_high_and_the_list_fits_a_desk(hub_server, staff_page, group, list_url):
    parent = CustomerFactory(name="Nordwind Handels GmbH & Co. KG, Niederlassung Süd", group=group)
    rating = InternalRatingFactory(label="4 of 5")
    CustomerFactory(name="Nordwind Filiale Eins", code="K10143", group=group, parent=parent, internal_rating=rating)
    staff_page.goto(list_url, wait_until="networkidle")
    cells = staff_page.get_by_role("row", name="Nordwind Filiale Eins").locator("td, th")
    assert len({cell.bounding_box()["height"] for cell in cells.all()}) == 1
    assert cells.first.bounding_box()["height"] < 50
    wide, seen = staff_page.locator("#result_list").evaluate(
        "table => [table.scrollWidth, table.closest('div').clientWidth]"
    )
    assert wide <= seen


def test_a_customer_is_moved_by_choosing_its_parent_while_typing(hub_server, staff_page, list_url):
    parent, child = CustomerFactory(name="Nordwind Gruppe", code="N-1"), CustomerFactory(name="Werk Ost")
    staff_page.goto(f"{list_url}{child.pk}/move/", wait_until="networkidle")
    staff_page.locator(".select2-selection").click()
    staff_page.keyboard.type("N-1")
    staff_page.get_by_role("option", name="Nordwind Gruppe").click()
    staff_page.get_by_role("button", name="Show what would change").click()
    staff_page.get_by_role("button", name="Move").click()
    expect(staff_page.get_by_text("“Werk Ost” was moved.")).to_be_visible()
    child.refresh_from_db()
    assert child.parent == parent
