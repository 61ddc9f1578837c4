"""Undo of a run, on customers and what belongs to them."""

from decimal import Decimal

import pytest

from customers.models import (
    Account,
    Address,
    Contact,
    Customer,
    CustomerGroup,
    CustomerPriceList,
    CustomerSettings,
    PaymentTerm,
)
from foundation.changes.models import ChangeSet, Source
from foundation.changes.recording import recording
from foundation.changes.testing import last_change
from foundation.transfers.undo import apply_undo
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    CustomerGroupFactory,
    CustomerPriceListFactory,
    MembershipFactory,
    NoteFactory,
    PaymentTermFactory,
    PriceListFactory,
)
from tests.transfers.undo.conftest import Run, by_hand, left, numbers

pytestmark = pytest.mark.django_db


def test_I11_takes_away_what_a_run_made_with_what_triggers_made_for_it() -> None:
    run = Run()
    with run.writing():
        group = CustomerGroupFactory(payment_term=PaymentTermFactory())
        parent = CustomerFactory(group=group)
        AddressFactory(customer=CustomerFactory(parent=parent, group=group), is_primary=True)
        CustomerPriceListFactory(customer=parent)
    report = run.undo()
    assert numbers(report) == (9, 0, 0, 0)
    assert (Customer.objects.count(), Account.objects.count(), Address.objects.count()) == (0, 0, 0)
    assert (CustomerGroup.objects.count(), PaymentTerm.objects.count(), CustomerPriceList.objects.count()) == (0, 0, 0)


def test_I11_puts_back_only_fields_the_run_wrote() -> None:
    customer = CustomerFactory(name="Before", code="C1", email="a@b.example")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run", code="C2")
        Customer.objects.filter(pk=customer.pk).update(
            name="By run again", credit_limit=Decimal("12.10"), credit_currency="EUR"
        )
    with by_hand():
        Customer.objects.filter(pk=customer.pk).update(email="new@b.example")
    assert numbers(run.undo()) == (0, 1, 0, 0)
    customer.refresh_from_db()
    assert (customer.name, customer.code, customer.credit_limit) == ("Before", "C1", None)
    assert customer.email == "new@b.example"


def test_I11_leaves_a_field_changed_since_and_restores_the_others() -> None:
    customer = CustomerFactory(name="Before", code="C1")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run", code="C2")
    with by_hand():
        Customer.objects.filter(pk=customer.pk).update(name="By hand")
    plan = run.plan()
    number = ChangeSet.objects.latest("pk")
    assert left(plan) == [
        ("customers_customer", "By hand", ["Name"], f"Changed since by Nobody signed in (change set {number}).")
    ]
    assert numbers(run.undo(plan)) == (0, 1, 0, 1)
    customer.refresh_from_db()
    assert (customer.name, customer.code) == ("By hand", "C1")


def test_a_field_changed_since_and_changed_back_by_hand_stays() -> None:
    customer = CustomerFactory(name="Before")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run")
    for name in ("By hand", "By run"):
        with by_hand():
            Customer.objects.filter(pk=customer.pk).update(name=name)
    assert numbers(run.undo()) == (0, 0, 0, 1)


def test_undo_twice_finds_nothing_left_to_do() -> None:
    customer, address = CustomerFactory(name="Before"), AddressFactory()
    run = Run()
    with run.writing():
        CustomerFactory()
        Customer.objects.filter(pk=customer.pk).update(name="By run")
        Address.objects.filter(pk=address.pk).delete()
    assert numbers(run.undo()) == (2, 1, 1, 0)
    plan, before = run.plan(), last_change()
    assert plan.is_empty
    assert left(plan) == []
    assert numbers(run.undo(plan)) == (0, 0, 0, 0)
    assert last_change() == before


def test_an_undo_can_be_undone_and_is_in_the_history() -> None:
    customer = CustomerFactory(name="Before")
    run, undo = Run(), Run("Undo")
    with run.writing():
        made = CustomerFactory(name="Made")
        Customer.objects.filter(pk=customer.pk).update(name="By run")
    with recording(source=Source.UNDO, job_id=undo.job_id):
        apply_undo(run.plan())
    assert ChangeSet.objects.filter(source=Source.UNDO).count() == 1
    assert numbers(undo.undo()) == (0, 1, 2, 0)
    assert sorted(Customer.objects.values_list("pk", "name")) == [(customer.pk, "By run"), (made.pk, "Made")]
    assert Customer.objects.get(pk=made.pk).account.name == "Made"


def test_of_two_runs_over_one_row_the_later_goes_first() -> None:
    customer = CustomerFactory(name="Before")
    first, second = Run("First run"), Run("Second run")
    for run in (first, second):
        with run.writing():
            Customer.objects.filter(pk=customer.pk).update(name=run.reason)
    plan = first.plan()
    number = ChangeSet.objects.latest("pk")
    assert [row.reason for row in plan.left()] == [
        f"Changed since by “Second run” (change set {number}), undo that first."
    ]
    assert plan.left()[0].change_set == number
    assert numbers(first.undo(plan)) == (0, 0, 0, 1)
    assert numbers(second.undo()) == (0, 1, 0, 0)
    assert numbers(first.undo()) == (0, 1, 0, 0)
    customer.refresh_from_db()
    assert customer.name == "Before"


def test_a_row_made_by_one_run_and_edited_by_a_later_one_goes_when_both_are_undone() -> None:
    first, second = Run("First run"), Run("Second run")
    with first.writing():
        customer = CustomerFactory(name="Made")
    with second.writing():
        Customer.objects.filter(pk=customer.pk).update(name="Changed")
        AddressFactory(customer=customer)
    assert sorted(row.table for row in first.plan().left()) == ["customers_account", "customers_customer"]
    second.undo()
    assert numbers(first.undo()) == (2, 0, 0, 0)


def test_a_row_deleted_since_is_listed() -> None:
    customer = CustomerFactory(name="Before")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run")
        made = CustomerFactory()
    with by_hand():
        Customer.objects.filter(pk__in=[customer.pk, made.pk]).delete()
    plan = run.plan()
    assert [(row.name, row.fields) for row in plan.left()] == [("By run", [])]
    assert plan.left()[0].reason.startswith("Deleted since by Nobody signed in")
    assert numbers(run.undo(plan)) == (1, 0, 0, 1)  # the account of the customer that was made


@pytest.mark.parametrize("reference", ["note", "contact", "child", "membership", "price_list"])
def test_a_row_made_by_the_run_stays_while_others_refer_to_it(reference: str) -> None:
    run = Run()
    with run.writing():
        customer, contact, prices = CustomerFactory(), None, None
        if reference == "membership":
            contact = ContactFactory(customer=customer)
        if reference == "price_list":
            prices = PriceListFactory()
    with by_hand():
        if reference == "note":
            NoteFactory(customer=customer)  # CASCADE
        elif reference == "contact":
            ContactFactory(customer=customer)  # PROTECT
        elif reference == "child":
            CustomerFactory(parent=customer)  # SET_NULL
        elif reference == "membership":
            MembershipFactory(contact=contact)
        else:
            CustomerPriceListFactory(customer=customer, price_list=prices)
    report = run.undo()
    assert report.deleted == 0
    assert Customer.objects.filter(pk=customer.pk).exists()


def test_the_reason_names_who_refers() -> None:
    run = Run()
    with run.writing():
        group = CustomerGroupFactory(name="Made")
    with by_hand():
        CustomerFactory(name="Anna", group=group)
        CustomerFactory(name="Bob", group=group)
    assert left(run.plan()) == [
        (
            "customers_customergroup",
            "Made",
            [],
            "Needed since by customer “Anna” and 1 more, which this run did not make. Delete or change that first.",
        )
    ]


def test_what_a_row_that_stays_points_to_stays_too() -> None:
    run = Run()
    with run.writing():
        top = CustomerFactory(group=CustomerGroupFactory(payment_term=PaymentTermFactory()))
        middle = CustomerFactory(parent=top)
        bottom = CustomerFactory(parent=middle)
        CustomerFactory(name="goes")
    with by_hand():
        NoteFactory(customer=bottom)
    assert numbers(run.undo()) == (2, 0, 0, 8)
    assert Customer.objects.count() == 3


def test_flags_that_the_run_took_over_come_back() -> None:
    customer = CustomerFactory()
    old = AddressFactory(customer=customer, is_primary=True, is_billing=True, is_default_billing=True)
    run = Run()
    with run.writing():
        AddressFactory(customer=customer, is_primary=True, is_billing=True, is_default_billing=True)
    assert numbers(run.undo()) == (1, 1, 0, 0)
    old.refresh_from_db()
    assert (old.is_primary, old.is_default_billing, Address.objects.count()) == (True, True, 1)


def test_deleted_addresses_come_back_with_their_flags_and_contacts() -> None:
    customer = CustomerFactory()
    first, second = AddressFactory(customer=customer), AddressFactory(customer=customer, is_primary=True)
    contact = ContactFactory(customer=customer, address=second)
    run = Run()
    with run.writing():
        Address.objects.filter(customer=customer).delete()
    assert numbers(run.undo()) == (0, 1, 2, 0)
    assert Address.objects.get(is_primary=True).pk == second.pk
    assert Address.objects.filter(pk=first.pk, is_primary=False).exists()
    assert Contact.objects.get(pk=contact.pk).address_id == second.pk


def test_a_row_that_comes_back_goes_on_counting_its_versions() -> None:
    address = AddressFactory(label="Office")
    run = Run()
    with run.writing():
        Address.objects.filter(pk=address.pk).delete()
    run.undo()
    again = Address.objects.get(pk=address.pk)
    assert (again.version, again.label, again.created_at) == (address.version + 1, "Office", address.created_at)


def test_a_row_without_an_account_comes_back_without_one() -> None:
    customer = CustomerFactory()
    Customer.objects.update(account=None, own_account=None)
    Account.objects.all().delete()
    run = Run()
    with run.writing():
        Customer.objects.all().delete()
    assert numbers(run.undo()) == (0, 0, 1, 0)
    assert Customer.objects.get(pk=customer.pk).account_id is None
    assert not Account.objects.exists()


def test_customers_that_a_run_put_below_a_new_root_get_their_own_accounts_back() -> None:
    CustomerSettings.objects.update_or_create(pk=1, defaults={"account_strategy": "root"})
    customer = CustomerFactory()
    child = CustomerFactory(parent=customer)
    account = Customer.objects.get(pk=customer.pk).account_id
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(parent=CustomerFactory(name="New root"))
    assert Account.objects.filter(pk=Customer.objects.get(pk=child.pk).account_id, name="New root").exists()
    assert numbers(run.undo()) == (2, 2, 0, 0)
    assert set(Customer.objects.values_list("pk", "parent", "account")) == {
        (customer.pk, None, account),
        (child.pk, customer.pk, account),
    }
    assert Account.objects.count() == 1


def test_a_link_to_what_is_gone_stays_away() -> None:
    group, other = CustomerGroupFactory(), CustomerGroupFactory()
    customer, address = CustomerFactory(name="Before", group=group), AddressFactory()
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(group=other, name="By run")
        Address.objects.filter(pk=address.pk).delete()
    with by_hand():
        group.delete()
        address.customer.delete()
    plan = run.plan()
    assert [(row.table, row.fields, row.reason) for row in plan.left()] == [
        ("customers_address", ["Customer"], "What stood in Customer is not there any more."),
        ("customers_customer", ["Customer group"], "What stood in Customer group is not there any more."),
    ]
    assert numbers(run.undo(plan)) == (0, 1, 0, 2)


def test_a_code_that_somebody_took_stays_theirs() -> None:
    customer = CustomerFactory(name="Before", code="C1")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run", code="C2")
    with by_hand():
        CustomerFactory(name="New", code="c1")
    plan = run.plan()
    assert left(plan) == [
        ("customers_customer", "By run", ["Code"], "Code: the former value belongs to customer “New” now.")
    ]
    assert numbers(run.undo(plan)) == (0, 1, 0, 1)
    customer.refresh_from_db()
    assert (customer.name, customer.code) == ("Before", "C2")


def test_unique_values_that_the_run_passed_on_go_back() -> None:
    first, second = CustomerFactory(code="C1"), CustomerFactory(code="C2")
    gone = CustomerPriceListFactory()
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=first.pk).update(code="C0")
        Customer.objects.filter(pk=second.pk).update(code="C1")
        CustomerFactory(code="C2")
        CustomerPriceList.objects.all().delete()
        CustomerPriceListFactory(customer=gone.customer, price_list=gone.price_list)
    assert numbers(run.undo()) == (3, 2, 1, 0)
    assert sorted(Customer.objects.exclude(code="").values_list("pk", "code")) == [(first.pk, "C1"), (second.pk, "C2")]
    assert CustomerPriceList.objects.get().pk == gone.pk


def test_what_only_a_rule_of_the_database_refuses_is_left_with_its_sentence() -> None:
    customer = CustomerFactory(name="Firm")
    run = Run()
    with run.writing():
        AddressFactory(customer=customer, street="By run", city="X", is_primary=True)
        CustomerFactory(name="goes")
    with by_hand():
        AddressFactory(customer=customer, street="By hand", city="X")
    plan = run.plan()
    assert numbers(run.undo(plan)) == (2, 0, 0, 1)
    assert [row.reason for row in plan.left()] == [
        "'By run, X' is the primary address of 'Firm': make another address primary before deleting it."
    ]


def test_a_row_that_moved_between_plan_and_undo_is_left() -> None:
    changed, referred, taken = (CustomerFactory(name="Before", code=code) for code in ("C1", "C2", "C3"))
    run = Run()
    with run.writing():
        Customer.objects.all().update(name="By run")
        Customer.objects.filter(pk=taken.pk).update(code="C4")
        group = CustomerGroupFactory(name="Made")
    plan = run.plan()
    assert (plan.total, plan.left_total) == (4, 0)
    with by_hand():
        Customer.objects.filter(pk=changed.pk).update(email="x@y.example")
        Customer.objects.filter(pk=referred.pk).update(group=group)
        CustomerFactory(code="C3")
    assert numbers(run.undo(plan)) == (0, 1, 0, 4)
    moved = "Changed by somebody else while the undo was being prepared. Prepare it again."
    assert [row.reason for row in plan.left() if row.model is Customer and not row.fields] == [moved, moved]
    assert sorted(Customer.objects.filter(name="By run").values_list("code", flat=True)) == ["C1", "C2"]
