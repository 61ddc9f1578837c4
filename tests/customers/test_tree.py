"""Trees of customers: no cycle by whatever way, and departments that follow a move."""

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.models import Customer
from customers.refusals import sentence_of
from tests import factories

CYCLE = "customer_tree_has_no_cycle"


def chain(*names: str) -> list[Customer]:
    """Customers of which each is the parent of the next."""
    made: list[Customer] = []
    for name in names:
        made.append(factories.CustomerFactory(name=name, parent=made[-1] if made else None))
    return made


@pytest.mark.django_db
def test_move_below_a_descendant_is_refused_with_names():
    top, _, leaf = chain("Holding", "Region", "Branch")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Customer.objects.filter(pk=top.pk).update(parent=leaf)
    assert sentence_of(refusal.value) == (
        "Circular reference detected. 'Branch' cannot be a parent of 'Holding' because it is its child."
    )
    top.refresh_from_db()
    assert top.parent is None


@pytest.mark.django_db
def test_customer_is_not_its_own_parent():
    (customer,) = chain("Holding")
    with pytest.raises(IntegrityError, match="customer_not_own_parent"):
        Customer.objects.filter(pk=customer.pk).update(parent=customer.pk)


@pytest.mark.django_db
def test_cycle_made_by_one_bulk_update_is_refused():
    first, second = factories.CustomerFactory.create_batch(2)
    first.parent, second.parent = second, first
    with pytest.raises(IntegrityError, match="cannot be a parent"):
        Customer.objects.bulk_update([first, second], ["parent"])


@pytest.mark.django_db
def test_cycle_made_by_one_bulk_insert_is_refused():
    rows = [factories.CustomerFactory.build(pk=900_001), factories.CustomerFactory.build(pk=900_002)]
    rows[0].parent_id, rows[1].parent_id = 900_002, 900_001
    with pytest.raises(IntegrityError, match="cannot be a parent"):
        Customer.objects.bulk_create(rows)


@pytest.mark.django_db
def test_cycle_closed_by_a_second_insert_is_refused():
    Customer.objects.bulk_create([factories.CustomerFactory.build(pk=900_001, parent_id=900_002)])
    with pytest.raises(IntegrityError, match="cannot be a parent"):
        Customer.objects.bulk_create([factories.CustomerFactory.build(pk=900_002, parent_id=900_001)])


@pytest.mark.django_db
def test_child_may_be_inserted_before_its_parent():
    child = factories.CustomerFactory.build(pk=900_001, parent_id=900_002)
    Customer.objects.bulk_create([child, factories.CustomerFactory.build(pk=900_002)])
    connection.check_constraints()
    assert Customer.objects.get(pk=900_001).parent_id == 900_002


@pytest.mark.django_db
def test_move_under_a_parent_nobody_can_see_is_refused():
    customer = factories.CustomerFactory(name="Branch")
    with pytest.raises(IntegrityError, match="The parent of customer 'Branch' does not exist"):
        Customer.objects.filter(pk=customer.pk).update(parent=900_001)


@pytest.mark.django_db
def test_deleted_parent_leaves_its_children_without_parent():
    top, child = chain("Holding", "Branch")
    top.delete()
    child.refresh_from_db()
    assert child.parent is None


@pytest.mark.django_db(transaction=True)
def test_two_sessions_never_close_a_cycle_together():
    first, second = factories.CustomerFactory.create_batch(2)
    both_wrote_nothing_yet = threading.Barrier(2, timeout=20)
    outcomes: list[str] = []

    def move(child: Customer, parent: Customer) -> None:
        try:
            with transaction.atomic():
                Customer.objects.get(pk=parent.pk)
                both_wrote_nothing_yet.wait()
                Customer.objects.filter(pk=child.pk).update(parent=parent)
            outcomes.append("moved")
        except IntegrityError as error:
            outcomes.append(error.__cause__.diag.constraint_name)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == [CYCLE, "moved"]
    assert Customer.objects.filter(parent=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_move_waits_for_the_move_of_another_session():
    first, second = factories.CustomerFactory.create_batch(2)
    with transaction.atomic():
        Customer.objects.filter(pk=first.pk).update(parent=second)
        errors: list[str] = []

        def move_back() -> None:
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '200ms'")
                    Customer.objects.filter(pk=second.pk).update(parent=first)
            except Exception as error:  # noqa: BLE001  (which error it is, is what the test asks)
                errors.append(type(error.__cause__).__name__)
            finally:
                connections.close_all()

        thread = threading.Thread(target=move_back)
        thread.start()
        thread.join(timeout=30)
    assert errors == ["LockNotAvailable"]


class AnyMoves(TestCase):
    """Whatever is moved wherever, in whatever lots: from every customer one comes out at a root."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), min_size=1, max_size=4), max_size=12
        )
    )
    def test_forest_stays_a_forest(self, lots):
        nodes = Customer.objects.bulk_create([factories.CustomerFactory.build() for _ in range(7)])
        expected: dict[int, int | None] = dict.fromkeys(range(7))
        for lot in lots:
            wanted = expected | dict(lot)
            for child, parent in dict(lot).items():
                nodes[child].parent = None if parent is None else nodes[parent]
            try:
                with transaction.atomic():
                    Customer.objects.bulk_update([nodes[child] for child in dict(lot)], ["parent"])
                refused = False
            except IntegrityError:
                refused = True
            assert refused == has_cycle(wanted)
            if not refused:
                expected = wanted
        index = {node.pk: number for number, node in enumerate(nodes)}
        stored = Customer.objects.values_list("pk", "parent_id")
        assert {index[pk]: index.get(parent) for pk, parent in stored} == expected


def has_cycle(parents: dict[int, int | None]) -> bool:
    """Whether following parents from some node never ends."""
    for node in parents:
        seen, here = set(), node
        while here is not None:
            if here in seen:
                return True
            seen.add(here)
            here = parents[here]
    return False
