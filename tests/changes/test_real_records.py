"""History and restore of the records there really are: customers, people."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from customers.models import Address, Customer, CustomerGroup
from foundation.changes.models import Change
from foundation.changes.recording import recording
from foundation.identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def office(client, ben):
    """Ben may do everything with customers, but only with his own."""
    words = [f"{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("customer", "address")]
    ben.user_permissions.set(Permission.objects.filter(codename__in=words))
    client.force_login(ben)
    return client


@pytest.fixture
def customer(anna):
    return Customer.objects.create(name="Nordwind", owner=anna)


def last(model, operation="update"):
    return Change.objects.filter(table=model._meta.db_table, operation=operation).latest("id")


def restore(client, record, change):
    name = f"admin:{record._meta.app_label}_{record._meta.model_name}_restore"
    return client.post(reverse(name, args=[record.pk, change.pk]), {"confirmed": "yes"})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_history_of_a_customer_shows_names_and_addresses(staff, customer):
    group = CustomerGroup.objects.create(name="Retail")
    Customer.objects.update(group=group, is_on_hold=True)
    Address.objects.create(
        customer=customer,
        organization="Nordwind",
        street="Long Street 1",
        city="Gdańsk",
        postal_code="80-001",
        country="PL",
    )
    html = staff.get(reverse("admin:customers_customer_history", args=[customer.pk])).content.decode()
    for words in ("Retail", "Long Street 1", "On hold", "Poland", "Anna Nowak"):
        assert words in html


def test_asks_before_it_restores_a_customer(staff, customer):
    Customer.objects.update(name="Südwind")
    page = staff.get(reverse("admin:customers_customer_restore", args=[customer.pk, last(Customer).pk]))
    assert "Nordwind" in page.content.decode()
    assert Customer.objects.get().name == "Südwind"


def test_restores_a_customer_and_an_address(staff, customer):
    address = Address.objects.create(
        customer=customer, organization="Nordwind", street="Long Street 1", city="Gdańsk", country="PL"
    )
    Customer.objects.update(name="Südwind")
    assert said(restore(staff, customer, last(Customer))) == ["Restored."]
    Address.objects.update(city="Kraków")
    assert said(restore(staff, customer, last(Address)))[-1] == "Restored."
    address.refresh_from_db()
    assert (Customer.objects.get().name, address.city) == ("Nordwind", "Gdańsk")


def test_restoring_a_parent_keeps_the_tree_a_tree(staff, customer):
    child = Customer.objects.create(name="Child")
    Customer.objects.filter(pk=customer.pk).update(parent=child)
    Customer.objects.filter(pk=customer.pk).update(parent=None)
    change = last(Customer)
    Customer.objects.filter(pk=child.pk).update(parent=customer)
    assert "Restored." not in said(restore(staff, customer, change))
    customer.refresh_from_db()
    assert customer.parent is None


def test_brings_a_customer_back_with_its_addresses(staff, customer):
    Address.objects.create(
        customer=customer, organization="Nordwind", street="Long Street 1", city="Gdańsk", country="PL"
    )
    account = customer.account
    with recording():
        Customer.objects.get().delete()
    change = last(Customer, "delete")
    response = staff.post(reverse("admin:customers_customer_return", args=[change.pk]), {"confirmed": "yes"})
    assert said(response) == ["Restored."]
    back = Customer.objects.get()
    assert (back.name, back.account, back.addresses.get().city) == ("Nordwind", account, "Gdańsk")


def test_S1_deleted_customers_of_other_owners_are_not_there(office, ben, customer):
    own = Customer.objects.create(name="Westwind", owner=ben)
    with recording():
        customer.delete()
        own.delete()
    html = office.get(reverse("admin:customers_customer_recently_deleted")).content.decode()
    assert "Westwind" in html
    assert "Nordwind" not in html
    change = Change.objects.get(table="customers_customer", operation="delete", before__name="Nordwind")
    assert office.get(reverse("admin:customers_customer_return", args=[change.pk])).status_code == 404
    assert office.get(reverse("admin:customers_customer_deleted", args=[change.pk])).status_code == 404


def test_S1_the_name_of_another_owners_record_is_not_told(office, ben, customer):
    own = Customer.objects.create(name="Westwind", owner=ben)
    Customer.objects.filter(pk=own.pk).update(parent=customer)
    html = office.get(reverse("admin:customers_customer_history", args=[own.pk])).content.decode()
    assert f"#{customer.pk}" in html
    assert "Nordwind" not in html


def test_history_of_a_person_shows_roles(staff, ben):
    ben.groups.add(Group.objects.create(name="Night shift"))
    html = staff.get(reverse("admin:identity_user_history", args=[ben.pk])).content.decode()
    assert "Night shift" in html


def test_S2_rights_are_not_given_back_by_a_click(staff, ben):
    User.objects.filter(pk=ben.pk).update(is_staff=False, name="Benjamin")
    restore(staff, ben, last(User))
    ben.refresh_from_db()
    assert (ben.is_staff, ben.name) == (False, "Ben Kowalski")


def test_S2_a_role_that_was_taken_is_not_brought_back_by_a_click(staff, ben):
    group = Group.objects.create(name="Night shift")
    ben.groups.add(group)
    ben.groups.remove(group)
    assert restore(staff, ben, last(User.groups.through, "delete")).status_code == 404
    assert not ben.groups.exists()


def test_S2_a_deleted_group_stays_deleted(staff):
    Group.objects.create(name="Night shift").delete()
    change = last(Group, "delete")
    assert "Bring back" not in staff.get(reverse("admin:auth_group_recently_deleted")).content.decode()
    assert staff.post(reverse("admin:auth_group_return", args=[change.pk]), {"confirmed": "yes"}).status_code == 403
    assert not Group.objects.filter(name="Night shift").exists()
