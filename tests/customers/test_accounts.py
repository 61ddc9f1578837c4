"""Every customer comes to an account, whatever way it is made and whatever the strategy."""

import pytest
from django.db import connection

from customers.models import Account, Customer, CustomerSettings
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared_accounts():
    """The strategy under which a company and its subsidiaries share one account."""
    CustomerSettings.objects.update_or_create(pk=1, defaults={"account_strategy": "root"})


def accounts() -> dict[str, str | None]:
    """Name of each customer with the name of its account."""
    connection.check_constraints()
    return dict(Customer.objects.values_list("name", "account__name"))


def test_new_customer_gets_an_account_of_its_name_and_owner():
    owner = factories.UserFactory()
    customer = factories.CustomerFactory(name="Nordwind", owner=owner)
    assert (customer.account.name, customer.account.owner, customer.own_account) == (
        "Nordwind",
        owner,
        customer.account,
    )


def test_saving_again_keeps_the_account_made_by_the_database():
    customer = factories.CustomerFactory(name="Nordwind")
    customer.save()
    assert accounts() == {"Nordwind": "Nordwind"}


def test_customers_made_in_bulk_get_accounts():
    made = Customer.objects.bulk_create([factories.CustomerFactory.build(name=name) for name in "ABC"])
    assert accounts() == {"A": "A", "B": "B", "C": "C"}
    assert None not in [customer.account_id for customer in made]


def test_chosen_account_is_kept():
    account = factories.AccountFactory(name="Group")
    factories.CustomerFactory(name="Nordwind", account=account)
    assert accounts() == {"Nordwind": "Group"}
    assert Account.objects.count() == 1


def test_customer_outlives_its_account():
    customer = factories.CustomerFactory(name="Nordwind")
    customer.account.delete()
    customer.refresh_from_db()
    customer.save()
    assert accounts() == {"Nordwind": None}


@pytest.mark.usefixtures("shared_accounts")
class TestSharedAccounts:
    def test_subsidiary_shares_the_account_of_the_root(self):
        holding = factories.CustomerFactory(name="Holding")
        region = factories.CustomerFactory(name="Region", parent=holding)
        factories.CustomerFactory(name="Branch", parent=region)
        assert accounts() == dict.fromkeys(["Holding", "Region", "Branch"], "Holding")
        assert Account.objects.count() == 1

    def test_subsidiaries_made_in_one_lot_with_their_root_share_too(self):
        rows = [factories.CustomerFactory.build(pk=900_000 + n, name=f"C{n}") for n in range(4)]
        for row in rows[1:]:
            row.parent_id = row.pk - 1
        Customer.objects.bulk_create(reversed(rows))
        assert accounts() == dict.fromkeys(["C0", "C1", "C2", "C3"], "C0")

    def test_moved_subtree_changes_over_to_the_new_root(self):
        region = factories.CustomerFactory(name="Region")
        factories.CustomerFactory(name="Branch", parent=region)
        Customer.objects.filter(pk=region.pk).update(parent=factories.CustomerFactory(name="Holding"))
        assert accounts() == dict.fromkeys(["Holding", "Region", "Branch"], "Holding")

    def test_customer_that_leaves_a_tree_gets_its_own_account_back(self):
        region = factories.CustomerFactory(name="Region")
        former = region.account
        Customer.objects.filter(pk=region.pk).update(parent=factories.CustomerFactory(name="Holding"))
        Customer.objects.filter(pk=region.pk).update(parent=None)
        region.refresh_from_db()
        assert region.account == former

    def test_customer_that_leaves_a_tree_without_own_account_gets_one(self):
        region = factories.CustomerFactory(name="Region", parent=factories.CustomerFactory(name="Holding"))
        factories.CustomerFactory(name="Branch", parent=region)
        Customer.objects.filter(pk=region.pk).update(parent=None)
        assert accounts() == {"Holding": "Holding", "Region": "Region", "Branch": "Region"}

    def test_new_account_of_the_root_reaches_everybody(self):
        holding = factories.CustomerFactory(name="Holding")
        factories.CustomerFactory(name="Branch", parent=holding)
        Customer.objects.filter(pk=holding.pk).update(account=factories.AccountFactory(name="New"))
        assert accounts() == {"Holding": "New", "Branch": "New"}

    def test_deleted_root_leaves_its_children_with_accounts(self):
        holding = factories.CustomerFactory(name="Holding")
        factories.CustomerFactory(name="Branch", parent=holding)
        holding.delete()
        assert accounts() == {"Branch": "Branch"}
