"""The pages of a person's data on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from foundation.jobs.models import Job
from tests.factories import ContactFactory, CustomerFactory, MembershipFactory, NoteFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_tells_and_asks_before_erasing(hub_server, staff_page, screenshot):
    company = CustomerFactory(name="Nordwind")
    contact = ContactFactory(customer=company, first_name="Ewa", last_name="Lis", email="ewa@nordwind.example")
    MembershipFactory(contact=contact)
    NoteFactory(customer=company, text="Ewa Lis calls back on Monday.")
    staff_page.goto(f"{hub_server.url}/admin/customers/contact/{contact.pk}/change/", wait_until="networkidle")
    staff_page.get_by_role("link", name="Personal data").first.click()
    expect(staff_page.get_by_text("ewa@nordwind.example").first).to_be_visible()
    screenshot(staff_page, "personal-data")
    staff_page.set_viewport_size({"width": 390, "height": 844})
    wide, seen = staff_page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    screenshot(staff_page, "personal-data-phone")
    assert wide <= seen
    staff_page.get_by_role("link", name="Erase…").click()
    screenshot(staff_page, "erase-phone")
    staff_page.get_by_label("The person asked for it").check()
    staff_page.get_by_role("button", name="Erase for good").click()
    staff_page.wait_for_url("**/jobs/job/**")
    assert Job.objects.get(kind="customers.erase_person").args == {"contact": contact.pk}
