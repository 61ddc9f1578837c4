"""Services say in sentences what the database would refuse, and leave nothing half done."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from customers import services
from customers.models import Address, Contact, Customer, CustomerPriceList, CustomerSettings
from tests import factories

pytestmark = pytest.mark.django_db


def test_customer_is_created_clean():
    customer = services.customer_create(
        name=" Nordwind ", code=" A1", vat_id="PL 526-000-12-46", phone="+48 22 123 45 67"
    )
    stored = Customer.objects.get(pk=customer.pk)
    assert (stored.name, stored.code, stored.vat_id, stored.phone, stored.phone_e164) == (
        "Nordwind",
        "A1",
        "PL5260001246",
        "+48 22 123 45 67",
        "+48221234567",
    )


def test_customer_below_itself_is_refused():
    customer = factories.CustomerFactory(name="Holding")
    with pytest.raises(ValidationError) as refusal:
        services.customer_move(customer=customer, parent=customer)
    assert refusal.value.message_dict == {
        "parent": ["Circular reference detected. 'Holding' cannot be its own parent."]
    }


def test_customer_below_its_child_is_refused():
    holding = factories.CustomerFactory(name="Holding")
    region = factories.CustomerFactory(name="Region", parent=holding)
    branch = factories.CustomerFactory(name="Branch", parent=region)
    with pytest.raises(ValidationError) as refusal:
        services.customer_move(customer=holding, parent=branch)
    assert refusal.value.message_dict == {
        "parent": ["Circular reference detected. 'Branch' cannot be a parent of 'Holding' because it is its child."]
    }


def test_parent_as_child_is_refused():
    holding = factories.CustomerFactory(name="Holding")
    branch = factories.CustomerFactory(name="Branch", parent=holding)
    with pytest.raises(ValidationError) as refusal:
        services.customer_take_children(customer=branch, children=[holding])
    assert refusal.value.message_dict == {
        "children": ["Circular reference detected. 'Holding' cannot be a child of 'Branch' because it is its parent."]
    }


def test_children_are_taken():
    holding, *branches = factories.CustomerFactory.create_batch(3)
    services.customer_take_children(customer=holding, children=branches)
    assert set(holding.children.all()) == set(branches)


def test_refusal_of_the_database_is_a_sentence_too():
    holding = factories.CustomerFactory(name="Holding")
    branch = factories.CustomerFactory(name="Branch", parent=holding)
    factories.MembershipFactory(
        department__name="Buying",
        department__customer=holding,
        contact=factories.ContactFactory(customer=branch, first_name="Anna", last_name="Zając"),
    )
    with pytest.raises(ValidationError) as refusal:
        services.customer_move(customer=branch, parent=None)
    assert refusal.value.messages == [
        "Department 'Buying' takes people of 'Holding' and its subsidiaries only,"
        " and contact 'Anna Zając' is of 'Branch'."
    ]
    branch.refresh_from_db()
    assert branch.parent == holding


def test_delete_is_refused_with_the_reasons():
    customer = factories.CustomerFactory(name="Nordwind")
    factories.ContactFactory.create_batch(2, customer=customer)
    factories.DepartmentFactory(customer=customer)
    with pytest.raises(ValidationError) as refusal:
        services.customer_delete(customer=customer)
    assert refusal.value.messages == ["“Nordwind” has associations to other entities: 2 contacts, 1 department."]
    assert Customer.objects.filter(pk=customer.pk).exists()


def test_customer_goes_with_addresses_notes_and_price_lists():
    customer = factories.CustomerFactory()
    factories.AddressFactory.create_batch(2, customer=customer)
    factories.NoteFactory(customer=customer)
    factories.CustomerPriceListFactory(customer=customer)
    services.customer_delete(customer=customer)
    assert not Customer.objects.exists()


def test_K1_delivery_keeps_what_was_set_by_hand():
    customer = factories.CustomerFactory(rep_ids=["R1"])
    services.rep_ids_set_by_hand(customer=customer, rep_ids=["R9"])
    services.rep_ids_deliver(customer=customer, rep_ids=["R2", "R3"])
    assert customer.effective_rep_ids == ["R9"]
    services.rep_ids_set_by_hand(customer=customer, rep_ids=None)
    assert customer.effective_rep_ids == ["R2", "R3"]


def test_K6_reps_are_found_ignoring_case():
    by_hand = factories.CustomerFactory(rep_ids=["A1"], rep_ids_override=["007x"])
    factories.CustomerFactory(rep_ids=["A1"])
    assert Customer.objects.with_rep(" 007X").get() == by_hand
    assert Customer.objects.with_rep("a1").count() == 1


def test_price_lists_are_replaced_in_order():
    customer = factories.CustomerFactory()
    first, second, third = factories.PriceListFactory.create_batch(3)
    services.price_lists_set(holder=customer, price_lists=[(first, True), (second, True)])
    services.price_lists_set(holder=customer, price_lists=[(third, False), (first, True)])
    rows = CustomerPriceList.objects.values_list("price_list", "position", "merge_allowed")
    assert list(rows) == [(third.pk, 1, False), (first.pk, 2, True)]


def test_address_keeps_its_customer():
    address = factories.AddressFactory()
    with pytest.raises(ValidationError, match="Address owner cannot be changed once set"):
        services.address_update(address=address, customer=factories.CustomerFactory())


def test_primary_address_is_not_deleted():
    customer = factories.CustomerFactory(name="Nordwind")
    primary = services.address_create(customer=customer, organization="A", street="S 1", city="Łódź", country="PL")
    factories.AddressFactory(customer=customer)
    with pytest.raises(ValidationError) as refusal:
        services.address_delete(address=primary)
    assert refusal.value.messages == [
        "'S 1, Łódź' is the primary address of 'Nordwind': make another address primary before deleting it."
    ]
    assert Address.objects.count() == 2


def test_contact_leaves_the_address_behind_when_changing_over():
    address = factories.AddressFactory()
    contact = factories.ContactFactory(customer=address.customer, address=address)
    services.contact_update(contact=contact, customer=factories.CustomerFactory())
    assert Contact.objects.get().address is None


def test_phones_are_kept_as_typed_and_made_international():
    customer = factories.AddressFactory(country="DE").customer
    contact = services.contact_create(
        customer=customer, last_name="Weiß", phone="(030) 123456 ext. 12", mobile="0048 600 100 200"
    )
    assert (contact.phone, contact.phone_e164, contact.mobile_e164) == (
        "(030) 123456 ext. 12",
        "+4930123456;ext=12",
        "+48600100200",
    )


def test_person_joins_one_department():
    contact = factories.ContactFactory()
    services.department_join(department=factories.DepartmentFactory(), contact=contact)
    with pytest.raises(ValidationError, match="This person is in a department already, and can be in one only"):
        services.department_join(department=factories.DepartmentFactory(), contact=contact)
    services.department_leave(contact=contact)
    services.department_join(department=factories.DepartmentFactory(), contact=contact)


class TestAccountStrategy:
    @pytest.fixture
    def company(self):
        holding = factories.CustomerFactory(name="Holding")
        region = factories.CustomerFactory(name="Region", parent=holding)
        factories.CustomerFactory(name="Branch", parent=region)

    def accounts(self) -> dict[str, str]:
        connection.check_constraints()
        return dict(Customer.objects.values_list("name", "account__name"))

    def change(self, strategy: str) -> tuple[int, int]:
        preview = services.account_strategy_preview(strategy=strategy)
        before = self.accounts()
        services.account_strategy_change(strategy=strategy)
        after = self.accounts()
        assert preview.changed == sum(before[name] != after[name] for name in before)
        return preview.changed, preview.made

    def test_root_shares_and_each_restores(self, company):
        before = self.accounts()
        assert self.change("root") == (2, 0)
        assert self.accounts() == dict.fromkeys(before, "Holding")
        assert self.change("each") == (2, 0)
        assert self.accounts() == before

    def test_each_makes_accounts_for_those_that_never_had_one(self, company):
        services.account_strategy_change(strategy="root")
        factories.CustomerFactory(name="Kiosk", parent=Customer.objects.get(name="Branch"))
        assert self.change("each") == (3, 1)
        assert self.accounts()["Kiosk"] == "Kiosk"

    def test_same_strategy_changes_nothing(self, company):
        assert self.change("each") == (0, 0)
        assert CustomerSettings.load().account_strategy == "each"
