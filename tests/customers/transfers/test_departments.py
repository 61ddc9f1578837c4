"""Departments and their people by file: the engine and the plain way agree."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Department, Membership
from customers.resources import ContactResource, DepartmentResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import ContactFactory, CustomerFactory, DepartmentFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def cells(world):
    eve, gil = world["eve"].pk, world["gil"].pk
    return {
        "Name": ["Sales", "SALES", "Press", "New", "new", " "],
        "Id": ["", "", "", *(str(d.pk) for d in world["departments"]), "77777777"],
        "Customer Name": ["", "Ada", "Ada", "Bob", "Nobody", "__NULL__"],
        "Version": ["", "1", "7", "x", "__NULL__"],
        "Description": ["", "They sell", "__NULL__"],
        "Members": [
            *("", "eve@x.example", "EVE@x.example;gil@x.example", "gil@x.example", "kim@x.example", "two@x.example"),
            *(f"{eve};eve@x.example", f"{gil}", "nobody@x.example;kim@x.example", "a;A", "__NULL__"),
        ],
    }


def state():
    return sorted(
        (d.customer.name if d.customer else "", d.name, d.description, d.version)
        + tuple(sorted((m.contact.first_name, m.version) for m in d.memberships.select_related("contact")))
        for d in Department.objects.select_related("customer")
    )


@pytest.fixture
def world(db):
    ada, bob = CustomerFactory(name="Ada"), CustomerFactory(name="Bob")
    child = CustomerFactory(name="Child", parent=ada)
    eve = ContactFactory(customer=ada, first_name="Eve", email="Eve@x.example")
    gil = ContactFactory(customer=child, first_name="Gil", email="gil@x.example")
    ContactFactory(customer=bob, first_name="Gil of Bob", email="gil@x.example")
    kim = ContactFactory(customer=bob, first_name="Kim", email="kim@x.example")
    for number in (1, 2):
        ContactFactory(customer=ada, first_name=f"Two {number}", email="two@x.example")
    sales = DepartmentFactory(name="Sales", customer=ada)
    press = DepartmentFactory(name="Press", customer=None)
    MembershipFactory(department=sales, contact=eve)
    MembershipFactory(department=press, contact=kim)
    return {"eve": eve, "gil": gil, "kim": kim, "departments": [sales, press]}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, data, options):
    table = table_of(*data.draw(files(cells(world), always=("Name",))))
    assert by_engine(DepartmentResource, table, options, state) == by_row(DepartmentResource, table, options, state)


def run(text, resource=DepartmentResource, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def members(name, **of):
    rows = Membership.objects.filter(department__name=name, **of)
    return list(rows.order_by("contact__first_name").values_list("contact__first_name", flat=True))


def test_members_are_named_by_address_within_the_customer_and_its_subsidiaries(world):
    counts, refusals = run("Name,Customer Name,Members\nSales,Ada,eve@x.example;GIL@x.example\n")
    assert (counts.changed, refusals, members("Sales")) == (1, [], ["Eve", "Gil"])


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("kim@x.example", "There is no person “kim@x.example” of this department's customer or its subsidiaries."),
        ("two@x.example", "Several records are called “two@x.example”."),
        ("eve@x.example;EVE@x.example", "“EVE@x.example” stands in the cell twice."),
    ],
)
def test_strangers_and_doubtful_people_are_refused(world, cell, sentence):
    _counts, refusals = run(f"Name,Customer Name,Members\nSales,Ada,{cell}\n")
    assert [(r.column, r.message.startswith(sentence)) for r in refusals] == [("Members", True)]
    assert members("Sales") == ["Eve"]


def test_who_is_in_a_department_already_is_refused_in_another(world):
    _counts, refusals = run("Name,Members\nNew,kim@x.example\n")
    assert [r.message for r in refusals] == ["“kim@x.example” is in a department already, and can be in one only."]


def test_a_person_on_two_lines_is_refused_on_both(world):
    _counts, refusals = run(f"Name,Customer Name,Members\nOne,Ada,gil@x.example\nTwo,Ada,{world['gil'].pk}\n")
    assert [(r.line, r.message) for r in refusals] == [
        (2, "“gil@x.example” is named on the lines 2, 3: keep it on one of them."),
        (3, f"“{world['gil'].pk}” is named on the lines 2, 3: keep it on one of them."),
    ]


def test_a_department_does_not_change_hands_while_strangers_would_stay(world):
    sales = world["departments"][0]
    _counts, refusals = run(f"Id,Name,Customer Name\n{sales.pk},Sales,Bob\n")
    assert [r.message.split(",")[0] for r in refusals] == [
        "Department 'Sales' takes people of 'Bob' and its subsidiaries only"
    ]


def test_people_without_an_address_of_their_own_go_out_and_come_back_by_number(world):
    silent = ContactFactory(customer=world["eve"].customer, first_name="Silent", email="")
    MembershipFactory(department=world["departments"][0], contact=silent)
    text = b"".join(csv_pieces(Export(transfer_by_slug("departments")))).decode()
    assert f"Eve@x.example;{silent.pk}" in text
    counts, refusals = run(text)
    assert (counts.unchanged, refusals) == (2, [])


def test_a_persons_department_is_the_nearest_of_that_name(world):
    child, ada = world["gil"].customer, world["eve"].customer
    DepartmentFactory(name="Sales", customer=None)
    run("Customer Name,Email Address,Department\nChild,gil@x.example,sales\n", ContactResource)
    assert members("Sales", department__customer=ada) == ["Eve", "Gil"]
    DepartmentFactory(name="Sales", customer=child)
    counts, _refusals = run(
        "Customer Name,Email Address,Department,Job Title\nChild,gil@x.example,Sales,Boss\n", ContactResource
    )
    assert (counts.changed, members("Sales", department__customer=ada)) == (1, ["Eve", "Gil"])


def test_the_same_file_again_says_so_after_members_were_changed_by_hand(world):
    text = "Name,Customer Name,Members\nSales,Ada,eve@x.example\n"
    assert run(text)[0].unchanged == 1
    Membership.objects.filter(contact=world["eve"]).delete()
    assert (run(text)[0].changed, members("Sales")) == (1, ["Eve"])
