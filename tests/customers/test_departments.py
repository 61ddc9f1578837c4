"""A person is in one department at most, and a department takes only people it may take, whatever moves."""

import pytest
from django.db import IntegrityError

from customers.models import Contact, Customer, Department, Membership
from tests import factories

pytestmark = pytest.mark.django_db
STRANGER = "takes people of 'Holding' and its subsidiaries only"


@pytest.fixture
def company():
    """A holding with a branch, a stranger, and a department of the holding's people with one of the branch in it."""
    holding = factories.CustomerFactory(name="Holding")
    branch = factories.CustomerFactory(name="Branch", parent=holding)
    stranger = factories.CustomerFactory(name="Stranger")
    department = factories.DepartmentFactory(customer=holding)
    contact = factories.ContactFactory(customer=branch)
    membership = factories.MembershipFactory(department=department, contact=contact)
    return {"branch": branch, "stranger": stranger, "department": department, "contact": contact, "in": membership}


def test_person_is_in_one_department(company):
    other = factories.DepartmentFactory()
    with pytest.raises(IntegrityError, match="customers_membership_contact_id"):
        Membership.objects.bulk_create([Membership(department=other, contact=company["contact"])])


def test_stranger_does_not_join(company):
    contact = factories.ContactFactory(customer=company["stranger"])
    with pytest.raises(IntegrityError, match=STRANGER):
        Membership.objects.bulk_create([Membership(department=company["department"], contact=contact)])


def test_stranger_does_not_change_over(company):
    contact = factories.ContactFactory(customer=company["stranger"])
    factories.MembershipFactory(contact=contact)
    with pytest.raises(IntegrityError, match=STRANGER):
        Membership.objects.filter(contact=contact).update(department=company["department"])


def test_contact_does_not_move_away_from_its_department(company):
    with pytest.raises(IntegrityError, match=STRANGER):
        Contact.objects.filter(pk=company["contact"].pk).update(customer=company["stranger"])


def test_customer_does_not_move_away_from_its_peoples_department(company):
    with pytest.raises(IntegrityError, match=STRANGER):
        Customer.objects.filter(pk=company["branch"].pk).update(parent=None)


def test_subtree_does_not_move_away_either(company):
    leaf = factories.CustomerFactory(parent=company["branch"])
    factories.MembershipFactory(
        department=company["department"], contact=factories.ContactFactory(customer=leaf, last_name="Zając")
    )
    company["in"].delete()
    with pytest.raises(IntegrityError, match="contact 'Anna Zając' is of"):
        Customer.objects.filter(pk=company["branch"].pk).update(parent=company["stranger"])


def test_department_does_not_change_to_a_customer_its_people_are_not_of(company):
    with pytest.raises(IntegrityError, match="takes people of 'Stranger'"):
        Department.objects.filter(pk=company["department"].pk).update(customer=company["stranger"])


def test_department_without_customer_takes_everybody(company):
    contact = factories.ContactFactory(customer=company["stranger"])
    assert factories.MembershipFactory(contact=contact).department.members.get() == contact


def test_move_inside_the_tree_is_free(company):
    other = factories.CustomerFactory(parent=company["branch"].parent)
    assert Customer.objects.filter(pk=company["branch"].pk).update(parent=other) == 1


def test_contact_does_not_take_the_address_of_another_customer():
    address = factories.AddressFactory()
    contact = factories.ContactFactory()
    with pytest.raises(IntegrityError, match="belongs to another customer"):
        Contact.objects.filter(pk=contact.pk).update(address=address)


def test_staff_is_nobodys_portal_user():
    with pytest.raises(IntegrityError, match="is staff and cannot be the portal user"):
        Contact.objects.bulk_create(
            [factories.ContactFactory.build(customer=factories.CustomerFactory(), user=factories.UserFactory())]
        )


def test_portal_user_belongs_to_one_contact():
    user = factories.PortalUserFactory()
    factories.ContactFactory(user=user)
    with pytest.raises(IntegrityError, match="user_id"):
        factories.ContactFactory(user=user)
