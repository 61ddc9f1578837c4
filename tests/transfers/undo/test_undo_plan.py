"""What a plan shows, how long it lives, what happens between it and the undo."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import (
    Address,
    Customer,
    Membership,
)
from foundation.identity.models import User
from foundation.transfers.undo import UndoPlan, UndoPlanLostError, apply_undo
from tests.factories import (
    AccountFactory,
    AddressFactory,
    CustomerFactory,
    CustomerGroupFactory,
    CustomerPriceListFactory,
    DepartmentFactory,
    MembershipFactory,
    UserFactory,
)
from tests.transfers.undo.conftest import Run, by_hand, left, numbers

pytestmark = pytest.mark.django_db


def test_the_preview_says_what_would_happen() -> None:
    group = CustomerGroupFactory(name="Retail")
    customer, address = CustomerFactory(name="Before", group=group), AddressFactory(label="Office")
    run = Run()
    with run.writing():
        Customer.objects.filter(pk=customer.pk).update(name="By run", group=CustomerGroupFactory(name="Made"))
        Address.objects.filter(pk=address.pk).delete()
    plan = run.plan()
    assert {table: (c.delete, c.restore, c.bring_back, c.left) for table, c in plan.counts.items()} == {
        "customers_address": (0, 0, 1, 0),
        "customers_customer": (0, 1, 0, 0),
        "customers_customergroup": (1, 0, 0, 0),
    }
    planned = {row.action: row for row in plan.sample()}
    assert [(f.label, f.old, f.new) for f in planned["restore"].fields] == [
        ("Name", "By run", "Before"),
        ("Customer group", "Made", "Retail"),
    ]
    assert (planned["return"].name, planned["delete"].name) == (str(address), "Made")
    assert [row.name for row in plan.sample(2, size=1, table="customers_customer")] == []


def test_deleted_rows_without_a_name_of_their_own_are_named_by_what_they_point_to() -> None:
    member = MembershipFactory(contact__first_name="Eve", contact__last_name="Fay", department__name="Purchasing")
    given = CustomerPriceListFactory(customer__name="Ada", price_list__name="Retail", position=3)
    run = Run()
    with run.writing():
        member.department.delete()
        given.delete()
    names = {row.table: row.name for row in run.plan().sample()}
    assert names == {
        "customers_department": "Purchasing",
        "customers_membership": "Eve Fay – Purchasing",
        "customers_customerpricelist": "3. Retail",
    }


def test_S1_deleted_rows_do_not_name_what_a_person_may_not_see(rf) -> None:
    mine, customer = UserFactory(), CustomerFactory(owner=UserFactory())
    theirs = MembershipFactory(contact__customer=customer, department__customer=customer)
    run = Run()
    with run.writing():
        Membership.objects.all().delete()
    request = rf.get("/")
    request.user = mine
    (row,) = run.plan().sample(request=request)
    assert row.name == f"#{theirs.department_id} – #{theirs.contact_id}"


def test_a_deleted_row_that_stays_deleted_is_named_by_what_it_points_to() -> None:
    member = MembershipFactory(contact__first_name="Eve", contact__last_name="Fay", department__name="Purchasing")
    run = Run()
    with run.writing():
        Membership.objects.filter(pk=member.pk).update(department=DepartmentFactory(name="Sales"))
    with by_hand():
        Membership.objects.all().delete()
    (row,) = run.plan().left(table="customers_membership")
    assert (row.name, row.reason[:13]) == ("Eve Fay – Sales", "Deleted since")


def test_an_undo_without_a_recording_is_refused() -> None:
    run = Run()
    with run.writing():
        CustomerFactory()
    with pytest.raises(RuntimeError, match="inside recording"):
        apply_undo(run.plan())


def test_a_plan_is_found_again_and_thrown_away() -> None:
    run = Run()
    with run.writing():
        AccountFactory()
    plan = UndoPlan.from_json(run.plan().as_json())
    assert plan.counts["customers_account"].delete == 1
    plan.drop()
    with pytest.raises(UndoPlanLostError, match="Prepare it again"):
        UndoPlan.from_json(plan.as_json())


def test_a_plan_that_a_crash_of_the_database_emptied_is_not_taken_for_nothing_to_do() -> None:
    run = Run()
    with run.writing():
        AccountFactory()
    plan = run.plan()
    plan.execute("TRUNCATE $rows, $left")
    with pytest.raises(UndoPlanLostError):
        UndoPlan.from_json(plan.as_json())


def test_a_plan_applied_twice_does_nothing_the_second_time() -> None:
    run = Run()
    with run.writing():
        AccountFactory()
    plan = run.plan()
    assert numbers(run.undo(plan)) == (1, 0, 0, 0)
    assert numbers(run.undo(UndoPlan.from_json(plan.as_json()))) == (0, 0, 0, 0)


def test_a_secret_cannot_come_back() -> None:
    user = UserFactory(name="Before")
    run = Run()
    with run.writing():
        User.objects.filter(pk=user.pk).update(name="By run", password="other")
    plan = run.plan()
    assert left(plan) == [
        ("identity_user", "By run", ["Password"], "Password: the former value is a secret, which is not kept.")
    ]
    assert numbers(run.undo(plan)) == (0, 1, 0, 1)
    user.refresh_from_db()
    assert (user.name, user.password) == ("Before", "other")


def test_pages_take_as_many_queries_as_they_have_kinds_of_records() -> None:
    customers = [*CustomerFactory.create_batch(9, group=CustomerGroupFactory())]
    run = Run()
    with run.writing():
        Customer.objects.update(name="By run", group=None, email="a@x.example")
    with by_hand():
        Customer.objects.filter(pk__in=[c.pk for c in customers]).update(name="By hand")
    plan = run.plan()
    for read in (plan.left, plan.sample):
        with CaptureQueriesContext(connection) as one:
            assert len(read(size=1)) == 1
        with CaptureQueriesContext(connection) as many:
            assert len(read(2, size=4)) == 4
        assert len(one) == len(many)
    assert plan.left_count() == plan.left_count("customers_customer") == 9
