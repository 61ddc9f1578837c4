"""Who sees which customers, and what holds for one after all fallbacks."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from customers import selectors
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    holding = factories.CustomerFactory(name="Holding")
    region = factories.CustomerFactory(name="Region", parent=holding)
    branch = factories.CustomerFactory(name="Branch", parent=region)
    other = factories.CustomerFactory(name="Another", parent=holding)
    return holding, region, branch, other


def test_staff_see_the_customers_they_own():
    user = factories.UserFactory()
    own = factories.CustomerFactory(owner=user)
    factories.CustomerFactory(owner=factories.UserFactory())
    factories.CustomerFactory()
    assert selectors.customer_list(user).get() == own


def test_staff_with_the_permission_see_all():
    user = factories.UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_all_customers"))
    factories.CustomerFactory.create_batch(2)
    assert selectors.customer_list(type(user).objects.get(pk=user.pk)).count() == 2


def test_nobody_sees_nothing():
    factories.CustomerFactory()
    assert not selectors.customer_list(AnonymousUser()).exists()


def test_tree_is_read_by_one_query(family, django_assert_num_queries):
    with django_assert_num_queries(1):
        tree = selectors.customer_tree(family[0])
    assert [(node.customer.name, node.depth) for node in tree.children] == [("Another", 1), ("Region", 1)]
    assert [node.customer.name for node in tree.children[1].children] == ["Branch"]


def test_breadcrumb_begins_at_the_root(family):
    holding, region, branch, _ = family
    assert selectors.breadcrumb(branch) == [holding, region]
    assert selectors.root_of(branch) == holding
    assert (selectors.breadcrumb(holding), selectors.root_of(holding)) == ([], holding)


def test_descendants_and_ancestors(family):
    holding, region, branch, other = family
    assert set(Customer.objects.descendants_of(holding)) == {region, branch, other}
    assert set(Customer.objects.ancestors_of(branch, include_self=True)) == {holding, region, branch}


def test_parent_choices_leave_out_the_customer_and_those_below(family):
    user = factories.UserFactory(is_superuser=True)
    assert set(selectors.parent_choices(user, family[1])) == {family[0], family[3]}
    assert selectors.parent_choices(user, None).count() == 4


@pytest.mark.parametrize(
    ("own", "of_group", "shown"),
    [
        ("net 14", "net 30", "net 14"),
        (None, "net 30", "net 30 (Defined for Customer Group)"),
        (None, None, ""),
    ],
)
def test_payment_term_falls_back_to_the_group(own, of_group, shown):
    terms = {label: factories.PaymentTermFactory(label=label) for label in (own, of_group) if label}
    group = factories.CustomerGroupFactory(payment_term=terms.get(of_group))
    factories.CustomerFactory(group=group, payment_term=terms.get(own))
    customer = Customer.objects.with_terms().get()
    assert str(selectors.payment_term_of(customer)) == shown
    assert (customer.effective_payment_term or "") == shown.removesuffix(" (Defined for Customer Group)")


def test_tax_code_falls_back_to_the_group_without_further_queries(django_assert_num_queries):
    group = factories.CustomerGroupFactory(tax_code=factories.TaxCodeFactory(code="B2B"))
    factories.CustomerFactory.create_batch(3, group=group)
    with django_assert_num_queries(1):
        found = [selectors.tax_code_of(customer) for customer in Customer.objects.with_terms()]
    assert {(str(one.value), one.origin) for one in found} == {("B2B", selectors.Origin.GROUP)}


def test_parent_gives_no_payment_term():
    parent = factories.CustomerFactory(payment_term=factories.PaymentTermFactory())
    child = factories.CustomerFactory(parent=parent)
    assert selectors.payment_term_of(child) == selectors.Resolved(None, selectors.Origin.NONE)


def test_delete_reasons_of_many_take_the_queries_of_one(django_assert_num_queries):
    customers = factories.CustomerFactory.create_batch(3)
    factories.ContactFactory(customer=customers[0])
    factories.DepartmentFactory.create_batch(2, customer=customers[1])
    with django_assert_num_queries(2):
        reasons = selectors.delete_reasons(customers)
    assert reasons == {customers[0].pk: ["1 contact"], customers[1].pk: ["2 departments"]}


def test_delete_effects_name_children_and_addresses(family):
    factories.AddressFactory(customer=family[0])
    assert selectors.delete_effects(family[0]) == [
        "2 subsidiaries will have no parent.",
        "1 address is deleted too.",
    ]
