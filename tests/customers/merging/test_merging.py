"""Two customers become one: what follows, what collides, what stays; and back again."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from customers.merging.merge import CHOICES, NOT_CHOSEN, Merge
from customers.merging.registry import merge_rules, without_rule
from customers.merging.service import customers_merge
from customers.models import (
    Account,
    Address,
    Contact,
    Customer,
    CustomerAlias,
    CustomerMerge,
    CustomerPriceList,
    Department,
    Membership,
    NotDuplicate,
    Note,
)
from foundation.changes.models import ChangeSet
from tests.customers.merging.worlds import everything, merge, undo
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    CustomerPriceListFactory,
    DepartmentFactory,
    MembershipFactory,
    NoteFactory,
    PriceListFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def winner():
    return CustomerFactory(name="Nordwind", code="W-1")


@pytest.fixture
def loser():
    return CustomerFactory(name="Nordwind GmbH", code="L-1")


def settle():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def collisions(winner, loser, **keep):
    one = Merge(winner, loser, keep)
    return [str(c.what) for rule in merge_rules() for c in rule.collisions(one)]


# --- completeness -----------------------------------------------------------------------------------------------------


def test_every_key_to_customer_has_a_merge_rule():
    assert without_rule() == set()


def test_every_field_of_a_customer_is_chosen_or_named_as_none():
    fields = {field.name for field in Customer._meta.concrete_fields}
    assert {name for names in CHOICES for name in names} | NOT_CHOSEN == fields


def test_a_merge_without_rules_for_all_is_refused(winner, loser, monkeypatch):
    monkeypatch.setattr("customers.merging.service.without_rule", lambda: {"orders.Order.customer"})
    with pytest.raises(ValidationError, match=r"orders\.Order\.customer"):
        merge(winner, loser)


# --- rows -------------------------------------------------------------------------------------------------------------


def test_people_places_and_notes_follow(winner, loser):
    address = AddressFactory(customer=loser)
    contact = ContactFactory(customer=loser, address=address)
    note = NoteFactory(customer=loser)
    merge(winner, loser)
    assert {r.customer for r in (Address.objects.get(), Contact.objects.get(), Note.objects.get())} == {winner}
    assert (Contact.objects.get().address, Note.objects.get(), Contact.objects.get()) == (address, note, contact)
    assert list(Customer.objects.all()) == [winner]


def test_primary_and_default_addresses_of_the_winner_stay(winner, loser):
    mine = AddressFactory(customer=winner, is_billing=True, is_default_billing=True)
    theirs = AddressFactory(
        customer=loser, is_billing=True, is_default_billing=True, is_shipping=True, is_default_shipping=True
    )
    assert collisions(winner, loser) == ["Both have a primary address.", "Both have a default billing address."]
    merge(winner, loser)
    settle()
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.is_primary, mine.is_default_billing, mine.is_default_shipping) == (True, True, False)
    assert (theirs.is_primary, theirs.is_default_billing, theirs.is_default_shipping) == (False, False, True)


def test_coordinates_of_an_address_that_follows_stay(winner, loser):
    address = AddressFactory(customer=loser, latitude=52, longitude=21)
    merge(winner, loser)
    address.refresh_from_db()
    assert (address.latitude, address.is_primary) == (52, True)


def test_departments_of_the_same_name_become_one(winner, loser):
    mine, theirs = DepartmentFactory(customer=winner, name="Sales"), DepartmentFactory(customer=loser, name="SALES")
    other = DepartmentFactory(customer=loser, name="Stock")
    member = MembershipFactory(department=theirs, contact=ContactFactory(customer=loser))
    assert collisions(winner, loser) == ["Both have a department “Sales”."]
    merge(winner, loser)
    settle()
    member.refresh_from_db()
    assert (member.department, set(Department.objects.all())) == (mine, {mine, other})


def test_price_lists_of_both_stay_with_the_winners_position_and_others_come_last(winner, loser):
    both, only = PriceListFactory(name="Both"), PriceListFactory(name="Only")
    CustomerPriceListFactory(customer=winner, price_list=both, position=7)
    CustomerPriceListFactory(customer=loser, price_list=both, position=1)
    CustomerPriceListFactory(customer=loser, price_list=only, position=2)
    assert collisions(winner, loser) == ["Both have the price list “Both”.", "Order of price lists: Only."]
    merge(winner, loser)
    rows = CustomerPriceList.objects.values_list("customer", "price_list__name", "position")
    assert list(rows) == [(winner.pk, "Both", 7), (winner.pk, "Only", 8)]


def test_contacts_with_the_same_email_both_stay_and_are_named(winner, loser):
    ContactFactory(customer=winner, email="a@x.example")
    ContactFactory(customer=loser, email="A@x.example", first_name="Ewa", last_name="Lis")
    assert collisions(winner, loser) == ["“Ewa Lis” has an e-mail address that a contact of the other one has too."]
    merge(winner, loser)
    assert winner.contacts.count() == 2


def test_what_is_no_duplicate_of_the_loser_is_none_of_the_winner(winner, loser):
    third = CustomerFactory()
    NotDuplicate.objects.create(first=winner, second=loser)
    NotDuplicate.objects.create(first=loser, second=third)
    merge(winner, loser)
    assert [(p.first, p.second) for p in NotDuplicate.objects.all()] == [(winner, third)]


# --- values -----------------------------------------------------------------------------------------------------------


def test_blanks_are_filled_from_the_loser_and_the_rest_is_the_winners(winner, loser):
    Customer.objects.filter(pk=winner.pk).update(phone="1", email="")
    Customer.objects.filter(pk=loser.pk).update(phone="2", email="b@x.example", is_on_hold=True)
    merge(winner, loser)
    winner.refresh_from_db()
    assert (winner.phone, winner.email, winner.is_on_hold) == ("1", "b@x.example", False)


def test_fields_are_taken_as_chosen(winner, loser):
    Customer.objects.filter(pk=loser.pk).update(vat_id="PL5260001246", vat_state="valid", is_on_hold=True)
    merge(winner, loser, name="loser", vat_id="winner", is_on_hold="loser")
    winner.refresh_from_db()
    assert (winner.name, winner.vat_id, winner.vat_state) == ("Nordwind GmbH", "", "unchecked")
    assert winner.is_on_hold


def test_the_losers_code_is_a_former_one_afterwards(winner, loser):
    merge(winner, loser)
    assert list(CustomerAlias.objects.values_list("customer", "code")) == [(winner.pk, "L-1")]


def test_the_winners_code_is_a_former_one_where_the_losers_is_taken(winner, loser):
    merge(winner, loser, code="loser")
    winner.refresh_from_db()
    assert (winner.code, CustomerAlias.objects.get().code) == ("L-1", "W-1")


def test_a_code_that_fills_a_blank_is_no_former_one(loser):
    winner = CustomerFactory()
    merge(winner, loser)
    winner.refresh_from_db()
    assert (winner.code, CustomerAlias.objects.count()) == ("L-1", 0)


def test_an_account_that_only_the_loser_had_goes(winner, loser):
    shared = CustomerFactory(account=loser.account)
    third = CustomerFactory()
    merge(winner, loser)
    assert Account.objects.filter(pk=shared.account_id).exists()
    merge(winner, third)
    assert not Account.objects.filter(pk=third.account_id).exists()


# --- trees ------------------------------------------------------------------------------------------------------------


def test_subsidiaries_follow(winner, loser):
    child = CustomerFactory(parent=loser)
    merge(winner, loser)
    child.refresh_from_db()
    assert child.parent == winner


@pytest.mark.parametrize("steps", [1, 2])
def test_a_winner_below_the_loser_takes_its_place(loser, steps):
    top = CustomerFactory()
    Customer.objects.filter(pk=loser.pk).update(parent=top)
    between = CustomerFactory(name="Between", parent=loser) if steps == 2 else loser
    winner = CustomerFactory(name="Low", parent=between)
    assert "“Low” is below the other one." in collisions(winner, loser)
    merge(winner, loser)
    winner.refresh_from_db()
    assert winner.parent == top
    assert set(winner.children.values_list("name", flat=True)) == ({"Between"} if steps == 2 else set())


@pytest.mark.parametrize("steps", [1, 2])
def test_a_loser_below_the_winner_leaves_no_circle(winner, steps):
    between = CustomerFactory(parent=winner) if steps == 2 else winner
    loser, top = CustomerFactory(parent=between), winner.parent
    child = CustomerFactory(parent=loser)
    merge(winner, loser, parent="loser")
    winner.refresh_from_db()
    child.refresh_from_db()
    assert (winner.parent, child.parent) == (top, winner)


def test_people_leave_departments_that_may_not_take_them_any_more(winner):
    holding = CustomerFactory(name="Holding")
    loser = CustomerFactory(parent=holding)
    department = DepartmentFactory(customer=holding)
    gone = MembershipFactory(department=department, contact=ContactFactory(customer=loser))
    stays = MembershipFactory(department=department, contact=ContactFactory(customer=holding))
    one = Merge(winner, loser, {"parent": "winner"})
    assert list(one.strangers) == [gone]
    merge(winner, loser, parent="winner")
    settle()
    assert list(Membership.objects.all()) == [stays]


def test_people_stay_where_the_winner_takes_the_losers_parent(winner):
    holding = CustomerFactory()
    loser = CustomerFactory(parent=holding)
    MembershipFactory(department=DepartmentFactory(customer=holding), contact=ContactFactory(customer=loser))
    merge(winner, loser)  # it had no parent: the blank is filled
    settle()
    assert Membership.objects.count() == 1


# --- bound to what was seen -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda winner, loser: Customer.objects.filter(pk=loser.pk).update(phone="9"),
        lambda winner, loser: Customer.objects.filter(pk=winner.pk).update(phone="9"),
        lambda winner, loser: ContactFactory(customer=loser),
        lambda winner, loser: AddressFactory(customer=winner),
        lambda winner, loser: Note.objects.filter(customer=loser).update(text="Other."),
    ],
)
def test_I1_a_merge_that_is_not_what_was_previewed_is_refused(winner, loser, change):
    NoteFactory(customer=loser)
    seal = Merge(winner, loser).seal()
    change(winner, loser)
    with pytest.raises(ValidationError, match="since the preview") as refused:
        customers_merge(winner=winner, loser=loser, seal=seal, actor=None)
    assert (refused.value.code, Customer.objects.count()) == ("stale", 2)


def test_another_choice_is_another_merge(winner, loser):
    assert Merge(winner, loser, {"name": "loser"}).seal() != Merge(winner, loser).seal()


def test_a_customer_is_not_merged_with_itself(winner):
    with pytest.raises(ValidationError, match="two different"):
        Merge(winner, winner)


def test_a_merge_is_one_change_set_with_a_reason(winner, loser):
    NoteFactory(customer=loser)
    done = merge(winner, loser)
    reason = ChangeSet.objects.get(pk=done.change_set).reason
    assert reason == "Merge of “Nordwind GmbH” into “Nordwind”"


# --- back -------------------------------------------------------------------------------------------------------------


def test_undo_brings_everything_back(winner, loser):
    for one in (winner, loser):
        AddressFactory(customer=one, is_billing=True, is_default_billing=True)
        department = DepartmentFactory(customer=one, name="Sales")
        MembershipFactory(
            department=department,
            contact=ContactFactory(customer=one, address=one.addresses.get(), email="a@x.example"),
        )
        CustomerPriceListFactory(customer=one, price_list=PriceListFactory(name=f"List {one.pk}"))
        CustomerFactory(parent=one)
    NotDuplicate.objects.create(first=winner, second=loser)
    before = everything()
    report = undo(merge(winner, loser, name="loser", code="loser"))
    settle()
    assert (report.left, everything()) == (0, before)


def test_undo_of_a_winner_that_took_the_losers_place(loser):
    between = CustomerFactory(parent=loser)
    winner = CustomerFactory(parent=between)
    for one in (winner, between, loser):
        MembershipFactory(department=DepartmentFactory(customer=loser), contact=ContactFactory(customer=one))
    before = everything()
    report = undo(merge(winner, loser))
    settle()
    assert (report.left, everything()) == (0, before)


def test_I11_undo_leaves_what_was_changed_since_and_names_it(winner, loser):
    note, contact = NoteFactory(customer=loser), ContactFactory(customer=loser)
    done = merge(winner, loser)
    Customer.objects.filter(pk=winner.pk).update(phone="9")
    third = CustomerFactory()
    Note.objects.filter(pk=note.pk).update(customer=third)
    new = ContactFactory(customer=winner)
    report = undo(done)
    settle()
    note.refresh_from_db()
    contact.refresh_from_db()
    new.refresh_from_db()
    assert (report.left, note.customer, contact.customer, new.customer) == (1, third, loser, winner)
    assert Customer.objects.get(pk=winner.pk).phone == "9"


def test_undo_happens_once(winner, loser):
    done = merge(winner, loser)
    undo(done)
    with pytest.raises(ValidationError, match="taken back already"):
        undo(done)


def test_of_two_merges_in_a_row_the_later_goes_back_first(winner, loser):
    before = everything()
    first = merge(winner, loser)
    third = CustomerFactory(name="Third", code="T-1")
    second = merge(third, winner)
    assert set(third.aliases.values_list("code", flat=True)) == {"L-1", "W-1"}
    with pytest.raises(ValidationError, match="merged into “Third” since"):
        undo(first)
    undo(second)
    undo(first)
    third.delete()
    Account.objects.filter(pk=third.account_id).delete()
    assert everything() == before


def test_what_was_undone_can_be_merged_again(winner, loser):
    undo(merge(winner, loser))
    merge(winner, loser)
    assert CustomerMerge.objects.count() == 2


# --- past the form ----------------------------------------------------------------------------------------------------


def test_no_customer_takes_a_former_code(winner, loser):
    merge(winner, loser)
    with pytest.raises(IntegrityError, match="'l-1' is a former code|'L-1' is a former code"):
        Customer.objects.bulk_create([Customer(name="New", code="l-1")])


def test_no_customer_is_given_a_former_code(winner, loser):
    merge(winner, loser)
    with pytest.raises(IntegrityError, match="former code of 'Nordwind'"):
        Customer.objects.filter(pk=winner.pk).update(code="L-1")


def test_no_former_code_is_the_one_of_a_customer(winner, loser):
    with pytest.raises(IntegrityError, match="is the one that 'Nordwind GmbH' has now"):
        CustomerAlias.objects.bulk_create([CustomerAlias(customer=winner, code="l-1")])


def test_former_codes_are_unique_ignoring_case(winner, loser):
    merge(winner, loser)
    with pytest.raises(IntegrityError, match="customeralias_code_unique"):
        CustomerAlias.objects.bulk_create([CustomerAlias(customer=winner, code="l-1")])


def test_an_address_still_never_changes_its_customer_otherwise(winner, loser):
    done = merge(winner, loser)
    address, other = AddressFactory(customer=winner), CustomerFactory()
    with pytest.raises(IntegrityError, match="Address owner"):
        Address.objects.filter(pk=address.pk).update(customer=other)
    assert done.pk


def test_a_merge_that_was_undone_lets_no_address_move(winner, loser):
    undo(merge(winner, loser))
    address = AddressFactory(customer=loser)
    with pytest.raises(IntegrityError, match="Address owner"):
        Address.objects.filter(pk=address.pk).update(customer=winner)


def test_rules_that_wait_are_judged_all_the_same(winner, loser):
    from foundation.changes.rule_triggers import judged_later

    membership = MembershipFactory(
        department=DepartmentFactory(customer=winner), contact=ContactFactory(customer=winner)
    )
    with judged_later():
        Contact.objects.filter(pk=membership.contact_id).update(customer=loser)
    with pytest.raises(IntegrityError, match="takes people of 'Nordwind'"):
        settle()


def test_an_address_that_waits_is_judged_all_the_same(winner, loser):
    from foundation.changes.rule_triggers import judged_later

    contact = ContactFactory(customer=winner, address=AddressFactory(customer=winner))
    with judged_later():
        Contact.objects.filter(pk=contact.pk).update(customer=loser)
    with pytest.raises(IntegrityError, match="belongs to another customer"):
        settle()
