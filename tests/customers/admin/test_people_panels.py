"""Contacts, departments and subsidiaries on the page of a customer."""

import pytest
from django.urls import reverse

from tests.customers.admin.conftest import allow, page_url
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    DepartmentFactory,
    InternalRatingFactory,
    MembershipFactory,
    PortalUserFactory,
)

pytestmark = pytest.mark.django_db


def panel(client, customer, slug, **query):
    return client.get(page_url(customer), query, headers={"HX-Target": f"panel-{slug}"}).text


def test_contact_is_told_with_all_ways_to_reach_them(boss, nordwind):
    department = DepartmentFactory(name="Purchasing", customer=nordwind)
    anna = ContactFactory(
        customer=nordwind,
        job_title="Head buyer",
        email="anna@nordwind.example",
        phone="22 555 01 00",
        phone_e164="+48225550100",
        mobile="+48 600 100 200",
        mobile_e164="+48600100200",
        user=PortalUserFactory(email="anna@portal.example"),
        is_active=False,
    )
    MembershipFactory(contact=anna, department=department)
    html = panel(boss, nordwind, "contacts")
    for part in (
        "Head buyer",
        'href="mailto:anna@nordwind.example"',
        'href="tel:+48225550100"',
        'href="tel:+48600100200"',
        'title="anna@portal.example"',
        "inactive",
        "Purchasing",
        f"{reverse('admin:customers_contact_change', args=[anna.pk])}?back=owner",
    ):
        assert part in html


def test_long_list_is_turned_over_and_searched_by_itself(boss, nordwind):
    for number in range(25):
        ContactFactory(customer=nordwind, last_name=f"Nowak {number:02}", job_title="Buyer" if number == 17 else "")
    assert "Find a contact" in panel(boss, nordwind, "contacts")
    third = panel(boss, nordwind, "contacts", contacts=3)
    assert ("Nowak 19" in third, "Nowak 20" in third, "Nowak 24" in third) == (False, True, True)
    found = panel(boss, nordwind, "contacts", **{"contacts-q": "anna BUYER"})
    assert ("Nowak 17" in found, "Nowak 16" in found) == (True, False)
    assert "Nobody was found." in panel(boss, nordwind, "contacts", **{"contacts-q": "zzz"})


def test_short_list_has_no_search(boss, nordwind):
    ContactFactory(customer=nordwind)
    assert "Find a contact" not in panel(boss, nordwind, "contacts")


def test_turning_over_keeps_the_rest_of_the_address(boss, nordwind):
    ContactFactory.create_batch(11, customer=nordwind)
    html = panel(boss, nordwind, "contacts", departments="2")
    assert "?departments=2&amp;contacts=2#panel-contacts" in html
    assert '<input type="hidden" name="departments" value="2">' in html


def test_new_people_and_departments_are_made_for_this_customer(boss, nordwind):
    ContactFactory(customer=nordwind)
    html = panel(boss, nordwind, "contacts")
    for model in ("contact", "department"):
        assert f"{reverse(f'admin:customers_{model}_add')}?customer={nordwind.pk}&amp;back=owner" in html


def test_departments_count_their_members(boss, nordwind):
    department = DepartmentFactory(name="Purchasing", customer=nordwind, description="Paper and ink")
    MembershipFactory.create_batch(2, department=department, contact__customer=nordwind)
    html = panel(boss, nordwind, "departments")
    assert "2 members" in html
    assert "Paper and ink" in html


def test_subsidiaries_are_told_with_group_and_rating(boss, nordwind, group):
    rating = InternalRatingFactory(label="4 of 5")
    graz = CustomerFactory(name="Graz", parent=nordwind, group=group, internal_rating=rating)
    CustomerFactory(name="Below Graz", parent=graz)
    html = panel(boss, nordwind, "subsidiaries")
    for part in ("Graz", "Gastro", "4 of 5", f"{reverse('admin:customers_customer_add')}?parent={nordwind.pk}"):
        assert part in html
    assert "Below Graz" not in html


def test_subsidiaries_of_another_owner_are_counted_and_not_named(client, anna, nordwind):
    client.force_login(allow(anna, "customers.view_customer"))
    mine = CustomerFactory(name="Mine", owner=anna)
    CustomerFactory(name="Theirs", parent=mine)
    CustomerFactory(name="Nobodys", parent=mine, owner=None)
    html = panel(client, mine, "subsidiaries")
    assert "2 more subsidiaries are of other owners." in html
    assert "Theirs" not in html


@pytest.mark.parametrize("slug", ["contacts", "departments"])
def test_panel_needs_its_own_permission_and_something_to_show(boss, client, anna, nordwind, slug):
    assert panel(boss, nordwind, slug).strip() == ""
    ContactFactory(customer=nordwind)
    DepartmentFactory(customer=nordwind)
    assert panel(boss, nordwind, slug).strip() != ""
    client.force_login(allow(anna, "customers.view_customer", "customers.access_all_customers"))
    assert panel(client, nordwind, slug).strip() == ""
