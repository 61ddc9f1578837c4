"""Addresses by file: the engine and the plain way agree, and what OroCommerce's file means happens."""

import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Address
from customers.resources import AddressResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.profiles import Profile, profile_columns
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import AddressFactory, ContactFactory, CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db
RESOURCE = AddressResource
ORO = (
    "Label,Organization,Name prefix,First name,Middle name,Last name,Name suffix,Street,Street 2,Zip/Postal Code,City,"
    "State,State Combined code,Country ISO2 code,Address ID,Phone,Primary,Validated At,Customer Id,Customer Name,"
    "Owner Username,Billing,Default Billing,Shipping,Default Shipping,Delete"
)
ALWAYS = ("Customer Name", "Street")


def cells(keys):
    return {
        "Customer Name": ["Ada", "Ada", "Bob", "BOB", "", "Nobody"],
        "Street": ["Long 1", "Long 1", "Long 2", "New 3", "New 4", "", "__NULL__"],
        "Address ID": ["", "", "", *map(str, keys), "77777777", "abc"],
        "Zip/Postal Code": ["", "1", "1", "x" * 256],
        "Version": ["", "1", "1", "7"],
        "City": ["Warszawa", "Warszawa", "Oslo", "", "__NULL__"],
        "State": ["", "Mazowieckie", "mazowieckie", "California", "nowhere", "__NULL__"],
        "State Combined code": ["", "PL-14", "pl-mz", "US-CA", "PL-99", "__NULL__"],
        "Country ISO2 code": ["PL", "PL", "pl", "Poland", "US", "HK", "", "Narnia"],
        "Organization": ["Org", "Org", "", "__NULL__"],
        "First name": ["", "Eve", "x" * 256],
        "Last name": ["", "Fay"],
        "Primary": ["", "1", "1", "0", "maybe", "__NULL__"],
        "Billing": ["", "1", "0", "__NULL__"],
        "Default Billing": ["", "1", "1", "0", "__NULL__"],
        "Shipping": ["", "tak", "nie"],
        "Default Shipping": ["", "1", "0"],
        "Validated At": ["", "2024-03-28T10:00:00Z", "1", "no", "later", "__NULL__"],
        "Delete": ["", "", "1", "1", "0", "perhaps"],
    }


def state():
    rows = Address.objects.select_related("customer").order_by("pk")
    return [
        (
            *(a.customer.name, a.street, a.postal_code, a.city, a.region, a.region_text, str(a.country)),
            *(a.organization, a.first_name, a.last_name, a.is_primary, a.is_billing, a.is_default_billing),
            *(a.is_shipping, a.is_default_shipping, a.validated_at and a.validated_at.year),
            sorted(a.contacts.values_list("last_name", flat=True)),
        )
        for a in rows
    ]


@pytest.fixture
def world(db):
    ada, bob = CustomerFactory(name="Ada"), CustomerFactory(name="Bob")
    CustomerFactory(name="Cyd")
    common = {"organization": "Org", "city": "Warszawa", "postal_code": ""}
    first = AddressFactory(customer=ada, street="Long 1", region="PL-14", is_billing=True, **common)
    AddressFactory(customer=ada, street="Long 2", is_billing=True, is_default_billing=True, **common)
    AddressFactory(customer=ada, street="Long 2", **common)
    second = AddressFactory(
        customer=bob, street="Long 1", validated_at=datetime(2023, 1, 1, tzinfo=UTC), is_shipping=True, **common
    )
    ContactFactory(customer=ada, address=first, last_name="Anders")
    return [first.pk, second.pk, *Address.objects.filter(street="Long 2").values_list("pk", flat=True)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, data, options):
    table = table_of(*data.draw(files(cells(world), always=ALWAYS, most=7)))
    assert by_engine(AddressResource, table, options, state) == by_row(AddressResource, table, options, state)


def run(text, **options):
    with recording():
        return import_table(AddressResource(), read_table(io.BytesIO(text.encode())), Options(**options))


def said(text, **options):
    return [(refusal.line, refusal.column, refusal.message) for refusal in run(text, **options)[1]]


def test_the_header_for_orocommerce_is_oros_byte_for_byte():
    assert ",".join(column.column_name for column in profile_columns(AddressResource, Profile.ORO)) == ORO


def test_an_address_of_orocommerce_arrives_whole():
    CustomerFactory(name="Nordwind")
    run(
        f"{ORO}\n"
        "Head office,Nordwind,Dr,Eve,M,Fay,Jr,Kärntner 1,Stiege 2,1010,Wien,,AT-9,AT,,+43 1 234,1,03/28/2024 10:20:30,,"
        "nordwind,,0,1,yes,off,\n"
    )
    one = Address.objects.get()
    assert (one.label, one.organization, one.name_prefix, one.first_name) == ("Head office", "Nordwind", "Dr", "Eve")
    assert (one.middle_name, one.last_name, one.name_suffix, one.street2) == ("M", "Fay", "Jr", "Stiege 2")
    assert (one.street, one.postal_code, one.city, one.region, one.country) == (
        "Kärntner 1",
        "1010",
        "Wien",
        "AT-9",
        "AT",
    )
    assert (one.is_primary, one.is_billing, one.is_default_billing) == (True, True, True)
    assert (one.is_shipping, one.is_default_shipping) == (True, False)
    assert one.validated_at == datetime(2024, 3, 28, 10, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "state", "code", "region"),
    [
        ("PL", "", "PL-14", "PL-14"),
        ("PL", "", "PL-MZ", "PL-14"),
        ("PL", "Mazowieckie", "", "PL-14"),
        ("Poland", "mazowieckie", "", "PL-14"),
        ("USA", "OR", "", "US-OR"),
        ("Canada", "Québec", "", "CA-QC"),
        ("Ireland", "Co. Cork", "", "IE-CO"),
        ("UK", "Isle of Wight", "", "GB-IOW"),
        ("PL", "Masovia", "PL-14", "PL-14"),
    ],
)
def test_a_state_is_found_by_code_or_name(country, state, code, region):
    CustomerFactory(name="Ada")
    run(
        "Customer Name,Organization,Street,City,State,State Combined code,Country\n"
        f"Ada,Org,S 1,City,{state},{code},{country}\n"
    )
    one = Address.objects.get()
    assert (one.region, one.region_text) == (region, "")


@pytest.mark.parametrize(
    ("country", "state", "message"),
    [
        ("PL", "Nowhere", "Custom region can be used only for countries without predefined regions."),
        ("US", "", "State is required for country US"),
    ],
)
def test_I3_a_wrong_state_is_told_under_the_column_the_file_has(country, state, message):
    CustomerFactory(name="Ada")
    file = f"Customer Name,Organization,Street,City,State,Country\nAda,Org,S 1,City,{state},{country}\n"
    assert said(file) == [(2, "State", message)]


def test_a_region_of_another_country_is_refused_with_oros_sentence():
    CustomerFactory(name="Ada")
    file = "Customer Name,Organization,Street,City,State Combined code,Country\nAda,Org,S 1,City,PL-14,DE\n"
    assert said(file) == [(2, "State Combined code", "Region PL-14 does not belong to country DE")]


def test_I3_a_missing_name_is_said_three_times():
    CustomerFactory(name="Ada")
    assert sorted(said("Customer Name,First name,Street,City,Country\nAda,Eve,S 1,City,PL\n")) == [
        (2, "First name", "First Name and Last Name or Organization should not be blank."),
        (2, "Last name", "Last Name and First Name or Organization should not be blank."),
        (2, "Organization", "Organization or First Name and Last Name should not be blank."),
    ]


def test_the_address_of_another_customer_is_not_taken_over():
    one, _bob = AddressFactory(), CustomerFactory(name="Bob")
    for column in ("Label", "Delete"):
        sentence = "The owner of the existing address should not be changed"
        assert said(f"Address ID,Customer Name,{column}\n{one.pk},Bob,1\n") == [(2, "Customer Name", sentence)]


@pytest.mark.parametrize("column", ["Customer Id", "Customer Name", "Customer Code"])
def test_the_customer_is_named_by_id_name_or_code(column):
    ada = CustomerFactory(name="Ada", code="A-1")
    cell = {"Customer Id": ada.pk, "Customer Name": "ADA", "Customer Code": "a-1"}[column]
    run(f"{column},Organization,Street,City,Country\n{cell},Org,S 1,City,PL\n")
    assert Address.objects.get().customer == ada


def test_I9_the_same_place_again_is_the_same_address_whoever_wrote_it():
    CustomerFactory(name="Ada")
    file = "Customer Name,Organization,Street,City,State,Country\n{}\n"
    run(file.format("Ada,Org,S 1,Warszawa,Mazowieckie,Poland"))
    counts, _refusals = run(file.format("ada,Org,s 1,WARSZAWA,PL-14,pl"), check_everything=True)
    assert (counts.new, counts.changed, Address.objects.count()) == (0, 1, 1)


def test_the_last_row_that_takes_a_flag_has_it(world):
    head = "Customer Name,Organization,Street,City,Country,Primary,Default Billing\n"
    run(f"{head}Ada,Org,New 1,Oslo,NO,1,1\nAda,Org,New 2,Oslo,NO,yes,1\nAda,Org,New 3,Oslo,NO,0,\n")
    flagged = Address.objects.get(is_primary=True, customer__name="Ada")
    assert flagged.street == "New 2"
    assert Address.objects.get(is_default_billing=True) == flagged


def test_validated_now_is_not_validated_anew():
    one = AddressFactory(validated_at=datetime(2023, 1, 1, tzinfo=UTC))
    counts, _refusals = run(f"Address ID,Validated At\n{one.pk},true\n")
    assert counts.unchanged == 1
    run(f"Address ID,Validated At\n{one.pk},no\n")
    one.refresh_from_db()
    assert one.validated_at is None


def test_delete_takes_the_matched_address_and_leaves_the_contact(world):
    counts, refusals = run(
        "Customer Name,Street,City,State Combined code,Country,Delete\n"
        "Ada,Long 1,Warszawa,PL-14,PL,1\nAda,Nowhere 9,Oslo,,NO,1\n"
    )
    message = "'Long 1, Warszawa' is the primary address of 'Ada': make another address primary before deleting it."
    assert ([refusal.message for refusal in refusals], counts.left) == ([message], 1)
    two = Address.objects.filter(street="Long 2").first()
    counts, refusals = run(f"Address ID,Primary,Delete\n{world[0]},,yes\n{two.pk},1,\n{two.pk + 1},,1\n")
    assert (counts.deleted, counts.changed, refusals) == (2, 1, [])
    assert list(Address.objects.filter(customer__name="Ada").values_list("pk", "is_primary")) == [(two.pk, True)]
    assert two.customer.contacts.get().address is None


def test_S1_addresses_of_others_are_neither_found_nor_made():
    theirs = AddressFactory(customer__name="Theirs", customer__owner=UserFactory())
    file = f"Address ID,Customer Name,Label\n{theirs.pk},,x\n,Theirs,x\n"
    assert [message for _line, _column, message in said(file, actor=UserFactory())][0].startswith("There is no address")
    theirs.refresh_from_db()
    assert (theirs.label, Address.objects.count()) == ("", 1)


@pytest.mark.parametrize("delete", ["", "1"])
def test_statements_are_the_same_however_many_rows(delete):
    CustomerFactory(name="Ada")
    counts = []
    for size in (3, 90):  # Django deletes a hundred at a time
        rows = "".join(f"Ada,Org,S {size} {n},Warszawa,Mazowieckie,PL,1,\n" for n in range(size))
        head = "Customer Name,Organization,Street,City,State,Country,Primary,Delete\n"
        run(head + rows)
        with CaptureQueriesContext(connection) as queries:
            run(head + rows.replace(",1,\n", f",0,{delete}\n"), check_everything=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]
