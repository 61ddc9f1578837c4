"""Undo of bulk writes: set by set, all or nothing, beside others who write."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.models import Account, Address, Customer, CustomerPriceList
from foundation.changes.models import Change
from foundation.changes.triggers import BOOKKEEPING
from foundation.transfers.undo import UndoPlan, apply_undo, plan_undo
from tests.factories import CustomerFactory, NoteFactory, PriceListFactory
from tests.fixtures.children import Children
from tests.fixtures.waiting import wait_until
from tests.transfers.undo.conftest import Run, by_hand, numbers

CUSTOMERS = """
INSERT INTO customers_customer (name, code, vat_id, vat_state, email, phone, phone_e164, rep_ids, price_fallback,
    credit_currency, is_on_hold, is_internal)
SELECT 'Firm ' || n, 'C' || n, '', 'unchecked', '', '', '', '{}', 'group', '', false, false
FROM generate_series(%s::int, %s) n
"""
ADDRESSES = """
INSERT INTO customers_address (customer_id, label, organization, name_prefix, first_name, middle_name, last_name,
    name_suffix, street, street2, postal_code, city, region, region_text, country, phone, is_billing, is_shipping,
    is_default_billing, is_default_shipping, is_primary)
SELECT id, '', name, '', '', '', '', '', 'Main street', '', '', 'Town', '', '', 'PL', '', true, false, true, false, true
FROM customers_customer
"""
PRICES = """
INSERT INTO customers_customerpricelist (customer_id, price_list_id, position, merge_allowed)
SELECT c.id, p.id, 1, true FROM customers_customer c, catalog_pricelist p
"""


def write_much(run: Run, first: int, last: int) -> None:
    """Change what is there, add customers with addresses and price lists, take a third of the addresses away."""
    with run.writing():
        run.sql("UPDATE customers_customer SET name = name || ' Ltd', email = 'x@y.example'")
        run.sql("DELETE FROM customers_address WHERE customer_id %% 3 = 0")
        run.sql(CUSTOMERS, first, last)
        run.sql(ADDRESSES + " WHERE code <> ''")
        run.sql(PRICES)


def state() -> list[object]:
    """Everything but versions and times."""
    rows: list[object] = []
    for model in (Customer, Account, Address, CustomerPriceList):
        names = [f.attname for f in model._meta.concrete_fields if f.name not in BOOKKEEPING]
        rows.append(list(model.objects.order_by("pk").values_list(*names)))
    return rows


@pytest.mark.django_db
def test_I11_many_rows_take_as_many_statements_as_few() -> None:
    PriceListFactory()
    before = Run()
    counts, states = [], []
    before.sql(CUSTOMERS, 1, 900)
    before.sql(ADDRESSES)
    before.plan().drop()  # the first of all makes the schema
    for first, last in ((10_001, 10_010), (20_001, 20_900)):
        states.append(state())
        run = Run()
        write_much(run, first, last)
        with CaptureQueriesContext(connection) as queries:
            plan = plan_undo([run.job_id])
            with CaptureQueriesContext(connection) as in_between:
                report = run.undo(plan)
        counts.append((len(queries), len(in_between)))
        assert plan.left_total == 0
        assert report.returned + report.restored + report.deleted == plan.total
        assert state() == states[-1]
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_slices_report_progress_and_ask_whether_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foundation.transfers.undo.apply.SLICE", 100)
    run, told, asked = Run(), [], []
    run.sql(CUSTOMERS, 1, 250)
    with by_hand():
        apply_undo(run.plan(), on_progress=lambda *now: told.append(now), check_cancelled=lambda: asked.append(1))
    assert told == [(n, 6) for n in range(1, 7)]
    assert len(asked) == 6
    assert not Customer.objects.exists()


@pytest.mark.django_db
def test_a_cancelled_undo_changes_nothing() -> None:
    class CancelledError(Exception):
        pass

    def cancel() -> None:
        if not Account.objects.exists() or not Customer.objects.exists():
            raise CancelledError

    run = Run()
    run.sql(CUSTOMERS, 1, 20)
    plan, changes = run.plan(), Change.objects.count()
    with pytest.raises(CancelledError), transaction.atomic(), by_hand():
        apply_undo(plan, check_cancelled=cancel)
    assert (Customer.objects.count(), Account.objects.count(), Change.objects.count()) == (20, 20, changes)
    assert numbers(run.undo(plan)) == (40, 0, 0, 0)


@pytest.mark.django_db
def test_one_row_that_a_rule_keeps_does_not_keep_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("foundation.transfers.undo.apply.SLICE", 10)
    CustomerFactory.create_batch(30)
    run = Run()
    run.sql(ADDRESSES)
    kept = Address.objects.all()[7]
    with by_hand():
        kept.pk, kept.street, kept.is_primary, kept.is_default_billing = None, "By hand", False, False
        kept._state.adding = True
        kept.save()
    assert numbers(run.undo()) == (29, 0, 0, 1)
    assert Address.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_killed_undo_changes_nothing_and_works_the_next_time(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run()
    run.sql(CUSTOMERS, 1, 20)
    plan, changes = run.plan(), Change.objects.count()
    script = (
        "from foundation.changes.models import Source; from foundation.changes.recording import recording;"
        "from foundation.transfers.undo import UndoPlan, apply_undo\n"
        f"with recording(source=Source.UNDO): apply_undo(UndoPlan.from_json({plan.as_json()!r}))"
    )
    killed = children.manage("shell", "--no-imports", "-c", script, HUB_CRASH_POINT="undo.slice:2")
    assert killed.returncode == -9
    assert (Customer.objects.count(), Account.objects.count(), Change.objects.count()) == (20, 20, changes)
    assert children.manage("shell", "--no-imports", "-c", script).returncode == 0
    assert (Customer.objects.count(), Account.objects.count()) == (0, 0)
    plan.drop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("edit", ["change", "refer"])
def test_an_edit_that_is_under_way_is_waited_for_and_kept(edit: str) -> None:
    run = Run()
    run.sql(CUSTOMERS, 1, 2)
    plan, customer = run.plan(), Customer.objects.latest("pk")
    release, opened = threading.Event(), threading.Event()

    def by_somebody_else() -> None:
        try:
            with by_hand():
                if edit == "change":
                    Customer.objects.filter(pk=customer.pk).update(email="x@y.example")
                else:
                    NoteFactory(customer=customer)
                    with connection.cursor() as cursor:
                        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                opened.set()
                release.wait(20)
        finally:
            connection.close()

    other = threading.Thread(target=by_somebody_else)
    other.start()
    assert opened.wait(20)
    report: list[tuple[int, int, int, int]] = []
    undo = threading.Thread(target=lambda: _undo(run, plan, report))
    undo.start()
    wait_until(_somebody_waits, what="the undo to wait for the edit")
    release.set()
    other.join(20)
    undo.join(20)
    assert report == [(2, 0, 0, 2)]
    assert Customer.objects.get() == customer
    plan.drop()


def _undo(run: Run, plan: UndoPlan, report: list[tuple[int, int, int, int]]) -> None:
    try:
        report.append(numbers(run.undo(plan)))
    finally:
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])
