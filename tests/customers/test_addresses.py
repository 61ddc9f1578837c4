"""One primary address and one default per type: the newest flag wins, in single writes and in lots."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.models import Address
from tests import factories

FLAGS = ("is_primary", "is_default_billing", "is_default_shipping")


def flagged(flag: str) -> list[int]:
    """Keys of the addresses that carry the flag."""
    return sorted(Address.objects.filter(**{flag: True}).values_list("pk", flat=True))


def build(customer, **values) -> Address:
    """An address for both purposes, so that any flag is allowed."""
    return factories.AddressFactory.build(customer=customer, is_billing=True, is_shipping=True, **values)


@pytest.fixture
def three(db):
    """Three addresses of one customer; the first is primary, because somebody must be."""
    customer = factories.CustomerFactory()
    return Address.objects.bulk_create([build(customer) for _ in range(3)])


def test_first_address_is_primary(three):
    assert flagged("is_primary") == [three[0].pk]


@pytest.mark.parametrize("flag", FLAGS)
def test_new_flag_takes_over(three, flag):
    for address in three:
        Address.objects.filter(pk=address.pk).update(**{flag: True})
        assert flagged(flag) == [address.pk]


@pytest.mark.parametrize("flag", FLAGS)
def test_last_row_of_a_batch_wins(three, flag):
    Address.objects.filter(pk=three[1].pk).update(**{flag: True})
    batch = Address.objects.bulk_create([build(three[0].customer, **{flag: True}) for _ in range(2)])
    assert flagged(flag) == [batch[-1].pk]


@pytest.mark.parametrize("flag", FLAGS)
def test_flags_set_by_one_update_leave_one(three, flag):
    Address.objects.filter(pk=three[1].pk).update(**{flag: True})
    Address.objects.update(**{flag: True})
    assert flagged(flag) == [three[2].pk]


def test_other_customers_keep_their_flags(three):
    other = factories.AddressFactory(is_primary=True)
    Address.objects.filter(pk=three[2].pk).update(is_primary=True)
    assert flagged("is_primary") == sorted([three[2].pk, other.pk])


def test_unticked_primary_falls_to_the_first(three):
    Address.objects.filter(pk=three[1].pk).update(is_primary=True)
    Address.objects.update(is_primary=False)
    assert flagged("is_primary") == [three[0].pk]


def test_saving_an_object_knows_what_the_database_settled(db):
    address = factories.AddressFactory()
    address.save()
    assert address.is_primary is True


def test_primary_address_is_not_deleted_while_others_exist(three):
    three[0].delete()
    with pytest.raises(IntegrityError, match="is the primary address of .* make another address primary"):
        connection.check_constraints()


def test_primary_address_may_be_replaced_in_one_transaction(three):
    three[0].delete()
    Address.objects.filter(pk=three[2].pk).update(is_primary=True)
    connection.check_constraints()
    assert flagged("is_primary") == [three[2].pk]


def test_last_address_may_go(db):
    address = factories.AddressFactory()
    address.delete()
    connection.check_constraints()
    assert not Address.objects.exists()


def test_customer_takes_its_addresses_along(db):
    customer = factories.CustomerFactory()
    Address.objects.bulk_create([build(customer) for _ in range(150)])  # more than Django deletes at once
    customer.delete()
    connection.check_constraints()
    assert not Address.objects.exists()


def test_address_keeps_its_customer(three):
    with pytest.raises(IntegrityError, match="Address owner cannot be changed once set"):
        Address.objects.filter(pk=three[0].pk).update(customer=factories.CustomerFactory())


def test_edited_address_is_no_longer_validated(db):
    address = factories.AddressFactory(validated_at=datetime(2026, 1, 2, tzinfo=UTC), latitude=52, longitude=21)
    Address.objects.filter(pk=address.pk).update(label="Office")
    address.refresh_from_db()
    assert (address.validated_at is None, address.latitude) == (False, 52)
    address.street = "ul. Nowa 1"
    address.save()
    assert (address.validated_at, address.latitude, address.longitude) == (None, None, None)


def test_edit_may_bring_new_coordinates(db):
    address = factories.AddressFactory(latitude=52, longitude=21)
    Address.objects.filter(pk=address.pk).update(street="ul. Nowa 1", latitude=50, longitude=20)
    address.refresh_from_db()
    assert (address.latitude, address.longitude) == (50, 20)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_leave_one_primary():
    customer = factories.CustomerFactory()
    addresses = Address.objects.bulk_create([build(customer) for _ in range(3)])
    ready = threading.Barrier(2, timeout=20)

    def choose(address: Address) -> None:
        try:
            with transaction.atomic():
                ready.wait()
                Address.objects.filter(pk=address.pk).update(is_primary=True, is_default_billing=True)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=choose, args=[address]) for address in addresses[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(flagged("is_primary")) == 1
    assert flagged("is_primary") == flagged("is_default_billing")


class AnyFlags(TestCase):
    """Whatever is ticked and unticked in whatever lots, a customer has one primary and at most one default."""

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.dictionaries(st.integers(0, 3), st.tuples(*[st.booleans()] * 3), min_size=1), max_size=6))
    def test_flags_stay_single(self, lots):
        customer = factories.CustomerFactory()
        addresses = Address.objects.bulk_create([build(customer) for _ in range(4)])
        for lot in lots:
            fresh = Address.objects.in_bulk([address.pk for address in addresses])
            for number, values in lot.items():
                for flag, value in zip(FLAGS, values, strict=True):
                    setattr(fresh[addresses[number].pk], flag, value)
            Address.objects.bulk_update([fresh[addresses[number].pk] for number in lot], FLAGS)
            connection.check_constraints()
            assert len(flagged("is_primary")) == 1
            assert len(flagged("is_default_billing")) <= 1
            assert len(flagged("is_default_shipping")) <= 1
