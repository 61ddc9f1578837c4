"""Merges beside other work: two at once, an import under way, a file from before."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction

from customers.merging import service
from customers.merging.merge import Merge
from customers.merging.service import customers_merge
from customers.models import Customer, CustomerMerge
from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_apply, run_check, run_create
from foundation.transfers.registry import transfer_by_slug
from tests.customers.merging.worlds import merge
from tests.factories import CustomerFactory, NoteFactory

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works):
    """Run each in a thread with a connection of its own; return what each came to."""
    barrier, ends = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        barrier.wait()
        try:
            ends[place] = work()
        except ValidationError as refusal:
            ends[place] = getattr(refusal, "code", None) or "refused"
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def merging(winner, loser):
    winner, loser = Customer.objects.get(pk=winner.pk), Customer.objects.get(pk=loser.pk)
    seal = Merge(winner, loser).seal()
    return lambda: customers_merge(winner=winner, loser=loser, seal=seal, actor=None).pk


@pytest.mark.parametrize("opposite", [False, True])
def test_X6_of_two_merges_of_the_same_pair_one_happens(opposite):
    one, other = CustomerFactory(), CustomerFactory()
    NoteFactory(customer=other)
    second = merging(other, one) if opposite else merging(one, other)
    ends = at_once(merging(one, other), second)
    assert sorted(map(type, ends), key=str) == [int, str]
    assert (CustomerMerge.objects.count(), Customer.objects.count()) == (1, 1)


def test_X6_two_merges_with_one_in_common_leave_no_row_behind():
    one, two, three = (CustomerFactory(code=f"C-{n}") for n in range(3))
    ends = at_once(merging(one, two), merging(two, three))
    assert [type(end) for end in ends].count(int) == 1
    assert Customer.objects.count() == 2


def test_a_merge_gives_up_with_a_sentence_while_an_import_writes(monkeypatch):
    monkeypatch.setattr(service, "PATIENCE", "200ms")
    one, other = CustomerFactory(), CustomerFactory()
    work = merging(one, other)
    with transaction.atomic():
        Customer.objects.bulk_create([Customer(name="From a file", code="F-1")])
        assert at_once(work) == ["busy"]
    assert type(at_once(work)[0]) is int


def imported(text):
    """Check a file of customers."""
    file = ContentFile(text.encode(), name="customers.csv")
    run = run_create(transfer=transfer_by_slug("customers"), file=file, name="customers.csv", owner=None)
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    return run


def test_a_file_that_was_checked_before_a_merge_is_checked_again_and_goes_through_the_former_code():
    winner, loser = CustomerFactory(name="Nordwind", code="W-1"), CustomerFactory(name="Twin", code="L-1")
    run = imported("Name,External Id,Phone\nTwin,L-1,+48 22 1234567\n")
    assert run.counts["changed"] == 1
    merge(winner, loser)
    run_here(run_apply(run=run, check_token=run.check_token, ring=False))
    run.refresh_from_db()
    assert (run.state, run.counts["changed"]) == ("checked", 1)
    assert run.counts["notes"] == ["Line 2: “L-1” is a former code of “Nordwind”, which has the code “W-1” now."]
    run_here(run_apply(run=run, check_token=run.check_token, ring=False))
    winner.refresh_from_db()
    assert (winner.code, winner.phone, Customer.objects.count()) == ("W-1", "+48 22 1234567", 1)
