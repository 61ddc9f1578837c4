"""The bytes of an export: what leaves is what OroCommerce, a spreadsheet and our own import read."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
from django.contrib.postgres.aggregates import StringAgg
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import TextField, Value
from django.db.models.functions import Concat, TruncDate
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, CustomerPriceList, InternalRating
from customers.resources import CustomerResource
from foundation.changes.models import AuditEvent
from foundation.transfers.columns import Column
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.profiles import FileFormat, Profile
from foundation.transfers.exporting.related import RelatedText
from foundation.transfers.exporting.services import export_to
from foundation.transfers.formulas import formula_escaped
from foundation.transfers.mapping import compile_mapping, guess_mapping
from foundation.transfers.options import Options
from foundation.transfers.plain import PlainResource
from foundation.transfers.plain.export import write_export
from foundation.transfers.plain.tables import read_table
from foundation.transfers.reading import open_records, sniff
from foundation.transfers.registry import Transfer, transfer_by_slug
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerGroupFactory,
    PaymentTermFactory,
    PriceListFactory,
    TaxCodeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ORO = (
    "Id,Name,Parent Id,Parent Name,Group Name,Owner Id,Owner Username,Tax code,Account Id,Internal rating Id,VAT Id,"
    "Payment term Label"
)


def export(**options):
    return Export(transfer_by_slug("customers"), **options)


def content(**options):
    return b"".join(csv_pieces(export(**options))).decode()


def lines(**options):
    return content(**options).splitlines()


@pytest.fixture
def daughter():
    """A customer that fills every column."""
    mother, account = CustomerFactory(name="Mother"), AccountFactory()
    return CustomerFactory(
        name='Druk "Łódź", Ltd',
        parent=mother,
        group=CustomerGroupFactory(name="Gastro"),
        owner=UserFactory(),
        tax_code=TaxCodeFactory(code="B2B_AT"),
        account=account,
        internal_rating=InternalRating.objects.get(code="4_of_5"),
        vat_id="ATU12345675",
        payment_term=PaymentTermFactory(label="net 45"),
        code="007",
        rep_ids=["R1", "R2"],
    )


def test_the_profile_orocommerce_has_its_columns_byte_for_byte(daughter):
    one = daughter
    assert content(profile=Profile.ORO, rows=Customer.objects.filter(pk=one.pk)) == (
        f"{ORO}\n"
        f'{one.pk},"Druk ""Łódź"", Ltd",{one.parent_id},,Gastro,{one.owner_id},,B2B_AT,{one.account_id},4_of_5,'
        "ATU12345675,net 45\n"
    )


def test_our_profile_adds_our_columns_and_escapes_nothing():
    one = CustomerFactory(name="=1+1", code="007", rep_ids=["R1", "R2"])
    ours = "External Id,Sales Rep Ids,E-mail,Phone,Price Lists,Price fallback,Credit limit,Credit currency"
    ours += ",On hold,Internal"
    cells = f"{one.pk},=1+1,,,,,,,{one.account_id},,,,007,R1;R2,,,,group,,,0,0"
    assert content() == f"{ORO},{ours}\n{cells}\n"


def test_nothing_and_empty_text_are_both_an_empty_cell():
    one = CustomerFactory(name="A", code="", vat_id="", group=None)
    assert lines(names=("Name", "Group Name", "VAT Id", "External Id", "Sales Rep Ids"))[1] == "A,,,,"
    assert one.group is None


def test_I13_the_profile_spreadsheet_has_a_byte_order_mark_and_apostrophes():
    CustomerFactory(name="@SUM(A1)", code="-5", rep_ids=["=R1"])
    text = content(profile=Profile.SPREADSHEET, names=("Name", "External Id", "Sales Rep Ids"))
    assert text == "\ufeffName,External Id,Sales Rep Ids\n'@SUM(A1),-5,'=R1\n"


def test_chosen_columns_in_chosen_order():
    CustomerFactory(name="A", code="1")
    assert lines(names=("external id", "Name", "EXTERNAL ID")) == ["External Id,Name", "1,A"]


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ValidationError, match="no column “Shoe size”.*There is: Id, Name, Parent Id"):
        export(names=("Name", "Shoe size")).columns  # noqa: B018
    with pytest.raises(ValidationError, match="no column “External Id”"):
        export(names=("External Id",), profile=Profile.ORO).columns  # noqa: B018


def test_rows_come_by_key_whatever_the_order_of_the_list():
    first, second = CustomerFactory(name="Z"), CustomerFactory(name="A")
    assert lines(names=("Id",), rows=Customer.objects.order_by("name")) == ["Id", str(first.pk), str(second.pk)]


def test_a_text_with_line_ends_and_a_lone_backslash_dot_survives():
    names = ["two\nlines", "a\rb", "\\.", "percent %s %% 100%", "x,y;z"]
    for name in names:
        CustomerFactory(name=name)
    assert [row[0] for row in csv.reader(io.StringIO(content(names=("Name",)), newline=""))] == ["Name", *names]


def test_S1_only_what_the_person_may_see_leaves():
    me = UserFactory()
    CustomerFactory(name="Mine", owner=me)
    CustomerFactory(name="Theirs")
    assert lines(user=me, names=("Name",)) == ["Name", "Mine"]
    assert lines(user=me, names=("Name",), rows=Customer.objects.all()) == ["Name", "Mine"]


def test_S1_a_parent_of_another_owner_is_left_out():
    me, theirs = UserFactory(), CustomerFactory()
    own = CustomerFactory(name="A", owner=me)
    CustomerFactory(name="B", owner=me, parent=theirs)
    CustomerFactory(name="C", owner=me, parent=own)
    assert lines(user=me, names=("Name", "Parent Id"))[1:] == ["A,", "B,", f"C,{own.pk}"]


def test_a_list_that_cannot_have_rows_is_only_a_header():
    CustomerFactory()
    assert lines(names=("Id",), rows=Customer.objects.none()) == ["Id"]


def test_the_plain_way_writes_the_same(daughter):
    CustomerFactory(name="two\nlines", rep_ids=[])
    text = io.StringIO(newline="")
    write_export(text, CustomerResource(), Customer.objects.all())
    plain = list(csv.reader(io.StringIO(text.getvalue(), newline="")))
    assert plain == list(csv.reader(io.StringIO(content(), newline="")))


@pytest.mark.parametrize("profile", Profile)
def test_what_is_exported_imports_without_a_change(profile, daughter):
    CustomerFactory.create_batch(3, parent=daughter)
    file = io.BytesIO()
    export_to(export=export(profile=profile), file=file)
    file.seek(0)
    report = CustomerResource().import_table(read_table(file), Options())
    assert (report.read, report.unchanged, report.refusals) == (5, 5, [])


@pytest.fixture
def odd_texts():
    """More than 1000 customers whose names begin and end in every way a trimmed text can."""
    draw = random.Random(13)  # noqa: S311
    alphabet = "'=+-@\t\r\n＝＋－＠ 0123456789().,/aŻ\""
    texts = {"".join(draw.choices(alphabet, k=draw.randint(1, 9))).strip() for _ in range(1_300)} - {""}
    assert len(texts) > 1_000
    Customer.objects.bulk_create([Customer(name=text) for text in sorted(texts)])
    return sorted(texts)


def test_I13_the_database_puts_the_apostrophes_that_the_rule_asks_for(odd_texts):
    text = content(profile=Profile.SPREADSHEET, names=("Name",)).removeprefix("\ufeff")
    written = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert written == [formula_escaped(text) for text in odd_texts]


@pytest.mark.parametrize("kind", FileFormat)
def test_I13_1000_odd_texts_come_back_through_reader_and_mapping(odd_texts, kind):
    file = io.BytesIO()
    what = export(profile=Profile.SPREADSHEET, file_format=kind, names=("Id", "Name"))
    assert export_to(export=what, file=file) == len(odd_texts)
    file.seek(0)
    sniffed = sniff(file, what.file_name)
    file.seek(0)
    reader = open_records(file, sniffed.shape)
    mapper = compile_mapping(guess_mapping(CustomerResource.columns(), reader.headers), reader.headers)
    expected = odd_texts if kind == FileFormat.CSV else [_in_xml(text) for text in odd_texts]
    assert [mapper(record.cells)[1] for record in reader] == expected


def _in_xml(text):
    """Return the text as XML, and so a workbook, keeps it: a carriage return is a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("count", [1, 30])
def test_one_statement_however_many_rows(count):
    CustomerFactory.create_batch(count, group=CustomerGroupFactory(), tax_code=TaxCodeFactory())
    with CaptureQueriesContext(connection) as queries:
        assert len(lines()) == count + 1
    assert [query["sql"][:13] for query in queries.captured_queries] == ["COPY (SELECT "]


def test_who_stops_reading_stops_the_database():
    CustomerFactory.create_batch(3)
    pieces = csv_pieces(export())
    next(pieces)
    next(pieces)
    pieces.close()
    assert Customer.objects.count() == 3


def test_S10_an_export_is_noted_without_its_data(daughter):
    rows = Customer.objects.filter(pk=daughter.pk)
    what = export(user=UserFactory(is_superuser=True), names=("Name",), rows=rows, filtered_by="search “a@b.example”")
    assert export_to(export=what, file=io.BytesIO()) == 1
    event = AuditEvent.objects.get(kind="export.done")
    assert (event.actor, event.detail) == (
        what.user,
        {
            "what": "customers",
            "rows": 1,
            "profile": "hub",
            "format": "csv",
            "columns": "Name",
            "filter": "search “[…]”",
        },
    )


PRICE_LISTS = RelatedText(
    CustomerPriceList.objects.all(),
    "customer",
    StringAgg(
        Concat("price_list__name", Value(":"), "position", output_field=TextField()),
        ";",
        order_by=("position", "pk"),
    ),
)


class EveryKind(PlainResource):
    """Columns of every kind, and one put together from related rows."""

    id = Column("Id", "id")
    lists = Column("Price Lists", export=PRICE_LISTS)
    email = Column("E-mail", export="email")
    held = Column("On hold", "is_on_hold")
    limit = Column("Limit", "credit_limit")
    since = Column("Since", "created_at")
    day = Column("Day", export=TruncDate("created_at"))

    class Meta(PlainResource.Meta):
        abstract = False
        model = Customer
        fields = ("id", "lists", "email", "held", "limit", "since", "day")


@pytest.fixture
def every_kind():
    return Transfer("kinds", "Kinds", EveryKind, lambda user: Customer.objects.all())


def test_numbers_dates_and_yes_or_no_are_plain(every_kind):
    moment = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
    fine = CustomerFactory(credit_limit="1234567.50", credit_currency="EUR", is_on_hold=True, email="a@b.example")
    coarse = CustomerFactory()
    Customer.objects.filter(pk=fine.pk).update(created_at=moment.replace(microsecond=250))
    Customer.objects.filter(pk=coarse.pk).update(created_at=moment)
    assert b"".join(csv_pieces(Export(every_kind))).decode().splitlines()[1:] == [
        f"{fine.pk},,a@b.example,1,1234567.50,2026-03-01T12:30:05.000250Z,2026-03-01",
        f"{coarse.pk},,,0,,2026-03-01T12:30:05Z,2026-03-01",
    ]


@pytest.mark.parametrize(("profile", "first"), [(Profile.HUB, "=Base:1"), (Profile.SPREADSHEET, "'=Base:1")])
def test_related_rows_are_aggregated_and_joined(every_kind, profile, first):
    base, gold = PriceListFactory(name="=Base"), PriceListFactory(name="Gold")
    one, other, third = CustomerFactory.create_batch(3)
    for customer, price_list, place in ((one, gold, 2), (one, base, 1), (third, gold, 1)):
        CustomerPriceList.objects.create(customer=customer, price_list=price_list, position=place)

    def cells(**options):
        what = Export(every_kind, profile=profile, names=("Price Lists", "Id"), **options)
        return b"".join(csv_pieces(what)).decode().splitlines()[1:]

    assert cells() == [f"{first};Gold:2,{one.pk}", f",{other.pk}", f"Gold:1,{third.pk}"]
    assert cells(rows=Customer.objects.filter(pk=one.pk)) == [f"{first};Gold:2,{one.pk}"]
