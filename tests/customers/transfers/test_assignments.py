"""Price lists of customers, groups and everybody by file: the engine and the plain way agree."""

import io

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import CustomerPriceList, GroupPriceList, SystemPriceList
from customers.resources import CustomerPriceListResource, GeneralPriceListResource, GroupPriceListResource
from foundation.changes.recording import recording
from foundation.jobs.services import run_here
from foundation.transfers.engine.testing import import_table
from foundation.transfers.importing.preview import page_of
from foundation.transfers.importing.runs import run_apply, run_check, run_create, run_plan_undo, run_undo
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import (
    CustomerFactory,
    CustomerGroupFactory,
    CustomerPriceListFactory,
    GroupPriceListFactory,
    PriceListFactory,
    SystemPriceListFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LISTS = ["", "net", "Gross", "GROSS", "Sale", "Nope", "__NULL__"]
REST = {
    "Position": ["", "1", "2", "3", "+2", "1.5", "x", "12345678901", "__NULL__"],
    "Merge Allowed": ["", "1", "no", "perhaps", "__NULL__"],
    "Delete": ["", "", "1", "0", "x"],
    "Version": ["", "1", "7", "x"],
}
CELLS = {
    CustomerPriceListResource: {
        "Customer Name": ["", "Ada", "ADA", "Bob", "Twin", "Nobody", "__NULL__"],
        "Customer Code": ["", "C-1", "c-2", "C-9", "__NULL__"],
        "Price List": LISTS,
        **REST,
    },
    GroupPriceListResource: {"Group Name": ["", "gastro", "Retail", "Nobody", "__NULL__"], "Price List": LISTS, **REST},
    GeneralPriceListResource: {"Price List": LISTS, **REST},
}
KEYS = {
    CustomerPriceListResource: ("Customer Name", "Price List", "Position"),
    GroupPriceListResource: ("Group Name", "Price List", "Position"),
    GeneralPriceListResource: ("Price List", "Position"),
}


@pytest.fixture
def world(db):
    net, gross, _sale = (PriceListFactory(name=name) for name in ("Net", "Gross", "Sale"))
    ada, bob = CustomerFactory(name="Ada", code="C-1"), CustomerFactory(name="Bob", code="C-2")
    CustomerFactory.create_batch(2, name="Twin")
    gastro = CustomerGroupFactory(name="Gastro")
    CustomerGroupFactory(name="Retail")
    for position, price_list in enumerate((net, gross), start=1):
        CustomerPriceListFactory(customer=ada, price_list=price_list, position=position)
        GroupPriceListFactory(group=gastro, price_list=price_list, position=position)
        SystemPriceListFactory(price_list=price_list, position=position)
        CustomerPriceListFactory(customer=bob, price_list=price_list, position=2)  # as somebody may have left them


def state():
    shown = ("price_list__name", "position", "merge_allowed", "version")
    return (
        sorted(CustomerPriceList.objects.values_list("customer__name", *shown)),
        sorted(GroupPriceList.objects.values_list("group__name", *shown)),
        sorted(SystemPriceList.objects.values_list(*shown)),
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    what=st.sampled_from(list(CELLS)).flatmap(
        lambda one: st.tuples(st.just(one), files(CELLS[one], always=KEYS[one]) | files(CELLS[one]))
    ),
    options=HOW,
)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, what, options):
    resource, file = what
    table = table_of(*file)
    assert by_engine(resource, table, options, state) == by_row(resource, table, options, state)


def run(text, resource=CustomerPriceListResource, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def lists_of(name):
    rows = CustomerPriceList.objects.filter(customer__name=name).order_by("position", "pk")
    return list(rows.values_list("price_list__name", "position", "merge_allowed"))


def test_a_price_list_is_given_moved_and_taken_away_and_others_stay(world):
    counts, refusals = run(
        "Customer Code,Price List,Sort Order,mergeAllowed,Delete\nC-1,sale,3,no,\nC-1,net,4,,\nC-1,gross,,,yes\n"
    )
    assert (counts.new, counts.changed, counts.deleted, refusals) == (1, 1, 1, [])
    assert lists_of("Ada") == [("Sale", 3, False), ("Net", 4, True)]
    assert lists_of("Bob") == [("Net", 2, True), ("Gross", 2, True)]


def test_two_lists_change_places_in_one_file(world):
    counts, refusals = run("Customer Name,Price List,Position\nAda,Net,2\nAda,Gross,1\n")
    assert (counts.changed, refusals, lists_of("Ada")) == (2, [], [("Gross", 1, True), ("Net", 2, True)])


@pytest.mark.parametrize("after", ["Ada,Gross,,yes", "Ada,Gross,5,"])
def test_a_position_that_becomes_free_in_the_same_file_can_be_taken(world, after):
    counts, refusals = run(f"Customer Name,Price List,Position,Delete\nAda,Sale,2,\n{after}\n")
    assert (counts.new, refusals) == (1, [])


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("Ada,Sale,2\n", [(2, "“Gross” stands at position 2 already: give each price list a position of its own.")]),
        (
            "Ada,Sale,7\nAda,Net,7\n",
            [
                (2, "“Net” stands at position 7 already: give each price list a position of its own."),
                (3, "“Sale” stands at position 7 already: give each price list a position of its own."),
            ],
        ),
        ("Ada,Sale,\n", [(2, "Say at which position the price list stands; the smallest number is asked first.")]),
        ("Ada,Nope,1\n", [(2, "There is no price list “Nope”. Import the price lists first, or correct the cell.")]),
        (",Net,1\n", [(2, "Say which customer.")]),
        (
            "Ada,Sale,3\nada,SALE,4\n",
            [
                (2, "The same price list of a customer stands on the lines 2, 3: keep one of them."),
                (3, "The same price list of a customer stands on the lines 2, 3: keep one of them."),
            ],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(world, rows, lines):
    _counts, refusals = run(f"Customer Name,Price List,Position\n{rows}")
    assert [(refusal.line, refusal.message) for refusal in refusals] == lines
    assert lists_of("Ada") == [("Net", 1, True), ("Gross", 2, True)]


def test_lists_that_share_a_position_come_in_unchanged_and_can_be_parted(world):
    assert run("Customer Name,Price List,Position\nBob,Net,2\nBob,Gross,2\n")[0].unchanged == 2
    assert run("Customer Name,Price List,Position,Merge Allowed\nBob,Net,2,0\n")[1] == []
    assert run("Customer Name,Price List,Position\nBob,Net,1\nBob,Gross,2\n")[1] == []
    assert lists_of("Bob") == [("Net", 1, False), ("Gross", 2, True)]


def test_each_holder_has_positions_of_its_own(world):
    counts, refusals = run("Group Name,Price List,Position\nRetail,Net,1\n", GroupPriceListResource)
    assert (counts.new, refusals) == (1, [])
    _counts, refusals = run("Price List,Position\nSale,1\n", GeneralPriceListResource)
    assert [r.message.split(":")[0] for r in refusals] == ["“Net” stands at position 1 already"]


def test_S1_price_lists_of_anothers_customer_are_neither_found_nor_changed(world):
    _counts, refusals = run("Customer Name,Price List,Position\nAda,Net,5\n", actor=UserFactory())
    assert [r.message for r in refusals] == [
        "There is no customer “Ada”. Import the customers first, or correct the cell."
    ]


def test_a_customer_named_in_vain_is_not_found_by_the_next_column(world):
    text = "Customer Name,Customer Code,Price List\nTwin,C-1,Net\nNobody,C-1,Net\n"
    _counts, refusals = run(text)
    assert [(r.line, r.message) for r in refusals] == [
        (2, "2 records are called “Twin”."),
        (2, "Say at which position the price list stands; the smallest number is asked first."),
        (3, "There is no customer “Nobody”. Import the customers first, or correct the cell."),
        (3, "Say at which position the price list stands; the smallest number is asked first."),
    ]


def test_a_preview_says_whose_price_list_it_is(world):
    file = ContentFile(b"Customer Code,Price List,Position\nC-1,Sale,3\n", name="x.csv")
    imported = run_create(transfer=transfer_by_slug("customer-price-lists"), file=file, name="x.csv", owner=None)
    run_here(run_check(run=imported, ring=False))
    imported.refresh_from_db()
    (row,) = page_of(imported, "new", 1)
    assert (row.name, {change.label: change.new for change in row.changes}["Position"]) == ("Sale – Ada", "3")


def test_an_import_is_checked_applied_and_undone(world):
    before = state()
    text = "Price List,Position,Merge Allowed,Delete\nNet,2,0,\nSale,1,,\nGross,,,1\n"
    imported = run_create(
        transfer=transfer_by_slug("general-price-lists"),
        file=ContentFile(text.encode(), name="general.csv"),
        name="general.csv",
        owner=None,
    )
    run_here(run_check(run=imported, ring=False))
    imported.refresh_from_db()
    run_here(run_apply(run=imported, check_token=imported.check_token, ring=False))
    rows = SystemPriceList.objects.values_list("price_list__name", "position", "merge_allowed")
    assert list(rows) == [("Sale", 1, True), ("Net", 2, False)]
    run_here(run_plan_undo(run=imported, by=None, ring=False))
    run_here(run_undo(run=imported, by=None, ring=False))
    imported.refresh_from_db()
    assert (imported.state, [row[:-1] for row in state()[2]]) == ("undone", [row[:-1] for row in before[2]])
