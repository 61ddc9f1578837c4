"""People by file: the engine and the plain way agree, and each is found by e-mail or name."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Contact, Membership
from customers.resources import AddressResource, ContactResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.profiles import Profile, profile_columns
from foundation.transfers.mapping import guess_mapping
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import (
    AddressFactory,
    ContactFactory,
    CustomerFactory,
    DepartmentFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db
RESOURCE = ContactResource
ALWAYS = ("Customer Name",)


def cells(keys):
    return {
        "Customer Name": ["Ada", "Ada", "Bob", "", "Nobody"],
        "ID": ["", "", "", *map(str, keys), "77777777"],
        "First Name": ["", "Eve", "Eve", "x" * 256, "__NULL__"],
        "Last Name": ["", "Fay", "fay", "Gil", "__NULL__"],
        "Name": ["", "Eve Fay", "Ann Lee Gil", "Solo", "__NULL__"],
        "Email Address": ["", "eve@ada.example", "EVE@ada.example", "new@ada.example", "no mail", "__NULL__"],
        "Job Title": ["", "Buyer"],
        "Phone": ["", "22 123 45 67", "+48 22 123 45 67", "__NULL__"],
        "Mobile": ["", "600 100 200"],
        "Enabled": ["", "1", "0", "x"],
        "Department": ["", "sales", "Ada only", "Bob only", "Nope", "Sales;Ada only", "__NULL__"],
    }


def state():
    rows = Contact.objects.select_related("customer", "membership__department")
    return sorted(
        (
            *(c.customer.name, c.first_name, c.last_name, c.email, c.job_title, c.phone, c.phone_e164, c.mobile_e164),
            *(c.is_active, c.address_id is None, c.version),
            tuple(Membership.objects.filter(contact=c).values_list("department__name", flat=True)),
        )
        for c in rows
    )


@pytest.fixture
def world(db):
    ada, bob = CustomerFactory(name="Ada"), CustomerFactory(name="Bob")
    place = AddressFactory(customer=ada)
    eve = ContactFactory(customer=ada, first_name="Eve", last_name="Fay", email="Eve@Ada.example", address=place)
    gil = ContactFactory(customer=ada, first_name="Eve", last_name="Gil")
    MembershipFactory(contact=eve, department=DepartmentFactory(name="Ada only", customer=ada))
    MembershipFactory(contact=gil, department=DepartmentFactory(name="Sales"))
    DepartmentFactory(name="Bob only", customer=bob)
    return [eve.pk, gil.pk]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, data, options):
    table = table_of(*data.draw(files(cells(world), always=ALWAYS)))
    assert by_engine(ContactResource, table, options, state) == by_row(ContactResource, table, options, state)


def run(text, resource=ContactResource, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def test_the_header_for_orocommerce_is_what_applies_of_oros():
    assert ",".join(column.column_name for column in profile_columns(ContactResource, Profile.ORO)) == (
        "ID,Name Prefix,First Name,Middle Name,Last Name,Name Suffix,Email Address,Customer Id,Customer Name,Enabled"
    )


@pytest.mark.parametrize("row", ["EVE@ada.example,", ",Eve Gil"])
def test_I9_a_person_is_found_by_email_else_by_name(world, row):
    counts, refusals = run(f"Customer Name,Email Address,Name,Job Title\nAda,{row},Buyer\n")
    assert (counts.new, counts.changed, refusals) == (0, 1, [])


def test_who_moves_leaves_the_address_behind_and_the_department_must_agree(world):
    _counts, refusals = run(f"ID,Customer Name\n{world[0]},Bob\n{world[1]},Bob\n")
    assert [refusal.message for refusal in refusals] == [
        "Department 'Ada only' takes people of 'Ada' and its subsidiaries only, and contact 'Eve Fay' is of 'Bob'."
    ]
    assert Contact.objects.get(pk=world[1]).customer.name == "Bob"


NORTHWIND = (
    "customer_code,customer_name,contact_name,contact_title,phone,fax,address,city,region,postal_code,country\n"
    "LONEP,Lonesome Pine,Fran Wilson,Sales Manager,(503) 555-9573,,89 Chiaroscuro Rd.,Portland,OR,97219,USA\n"
    "ISLAT,Island Trading,Helen Bennett,Marketing Manager,(198) 555-8888,,Crowther Way,Cowes,Isle of Wight,PO31,UK\n"
)


def test_a_file_of_contacts_with_places_is_guessed_as_both():
    CustomerFactory(name="Lonesome Pine", code="LONEP")
    CustomerFactory(name="Island Trading", code="ISLAT")
    headers = NORTHWIND.splitlines()[0].split(",")
    people = {s.column: s.source for s in guess_mapping(ContactResource.columns(), headers).sources}
    places = {s.column: s.source for s in guess_mapping(AddressResource.columns(), headers).sources}
    assert people["Name"] == "contact_name"
    assert (places["State"], places["Country ISO2 code"]) == ("region", "country")
    renamed = {header: column for column, header in people.items()}
    counts, refusals = run(",".join(renamed.get(h, h) for h in headers) + NORTHWIND[NORTHWIND.index("\n") :])
    assert (counts.new, refusals) == (2, [])
    fran = Contact.objects.get(customer__code="LONEP")
    assert (fran.first_name, fran.last_name, fran.job_title) == ("Fran", "Wilson", "Sales Manager")
