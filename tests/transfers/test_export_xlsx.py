"""Exports and data templates as workbooks."""

import io

import pytest
from django.core.exceptions import ValidationError
from openpyxl import load_workbook

from customers.models import Customer
from customers.resources import CustomerResource
from foundation.transfers.exporting import templates, xlsx_file
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.profiles import FileFormat, Profile
from foundation.transfers.exporting.services import export_to
from foundation.transfers.exporting.templates import Allowed, allowed_values, csv_template, write_xlsx_template
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug
from tests.factories import CustomerFactory, CustomerGroupFactory, UserFactory

pytestmark = pytest.mark.django_db


def workbook(**options):
    """Export as a workbook; return the cells of its sheet."""
    file = io.BytesIO()
    export_to(export=Export(transfer_by_slug("customers"), file_format=FileFormat.XLSX, **options), file=file)
    return load_workbook(file).active


def values(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_text_stays_text_and_numbers_are_numbers():
    one = CustomerFactory(name="Äpfel & Söhne <1>", code="007", vat_id="")
    sheet = workbook(names=("Id", "Name", "External Id", "VAT Id"))
    assert values(sheet) == [["Id", "Name", "External Id", "VAT Id"], [one.pk, "Äpfel & Söhne <1>", "007", None]]
    assert [cell.data_type for cell in sheet[2]] == ["n", "s", "s", "n"]
    assert (sheet.freeze_panes, sheet.title, sheet["A1"].font.bold) == ("A2", "Customers", True)


def test_I13_what_looks_like_a_formula_or_an_error_is_text():
    for name in ("=1+1", "#N/A", "@x"):
        CustomerFactory(name=name)
    plain, safe = workbook(names=("Name",)), workbook(names=("Name",), profile=Profile.SPREADSHEET)
    assert [(cell.value, cell.data_type) for cell in plain["A"][1:]] == [("=1+1", "s"), ("#N/A", "s"), ("@x", "s")]
    assert [cell.value for cell in safe["A"][1:]] == ["'=1+1", "#N/A", "'@x"]


def test_characters_that_no_workbook_holds_are_shown_as_unknown():
    Customer.objects.bulk_create([Customer(name="a\x01b")])
    assert values(workbook(names=("Name",))) == [["Name"], ["a\N{REPLACEMENT CHARACTER}b"]]


def test_more_rows_than_a_sheet_holds_are_refused_before_work(monkeypatch):
    monkeypatch.setattr(xlsx_file, "SHEET_ROWS", 3)
    CustomerFactory.create_batch(2)
    assert len(values(workbook())) == 3
    CustomerFactory()
    with pytest.raises(ValidationError, match="holds 2 rows; this export has 3. Take CSV"):
        workbook()


def test_a_cell_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(xlsx_file, "CELL_LENGTH", 10)
    CustomerFactory(name="Elevenchars")
    with pytest.raises(ValidationError, match="holds 10 characters; “Elevenchars…” has more. Take CSV."):
        workbook(names=("Name",))


def test_a_workbook_without_rows_has_its_header():
    assert values(workbook(names=("Name",), rows=Customer.objects.none())) == [["Name"]]


# --- data templates ------------------------------------------------------------------------------------------------


def column(name):
    return next(one for one in CustomerResource.columns() if one.column_name == name)


def allowed(name, user=None):
    return allowed_values(column(name), transfer_by_slug("customers"), user)


def test_the_template_has_header_and_sample_and_imports_without_an_error():
    content = csv_template(transfer_by_slug("customers"))
    report = CustomerResource().import_table(read_table(io.BytesIO(content)), Options())
    assert content.startswith(b"Id,Name,Parent Id,Parent Name,Group Name,")
    assert (report.read, report.added, report.refusals) == (1, 1, [])


def test_the_workbook_has_the_same_and_a_sheet_of_allowed_values():
    CustomerGroupFactory(name="Gastro")
    CustomerGroupFactory(name="Agencies")
    file = io.BytesIO()
    write_xlsx_template(file, transfer_by_slug("customers"), None)
    book = load_workbook(file)
    first, second = (values(sheet) for sheet in book)
    place = first[0].index("Group Name")
    assert (book.sheetnames, first[0], first[1][1]) == (
        ["Customers", "Allowed values"],
        [one.column_name for one in CustomerResource.columns() if not one.on_demand],
        "Example Print Works Ltd",
    )
    assert (second[0], [row[place] for row in second[2:4]]) == (first[0], ["Agencies", "Gastro"])


def test_S1_allowed_values_are_those_the_person_may_see():
    me = UserFactory()
    CustomerFactory(name="Mine", owner=me)
    CustomerFactory(name="Theirs")
    assert allowed("Parent Name", me).values == ["Mine"]
    assert allowed("Name", me) == Allowed("Name", "The company's name. A new customer needs one.", [])


def test_long_lists_are_cut_and_say_so(monkeypatch):
    monkeypatch.setattr(templates, "NAMES_LISTED", 2)
    for name in ("C", "A", "B"):
        CustomerGroupFactory(name=name)
    assert allowed("Group Name").values == ["A", "B"]
    assert allowed("Group Name").help.endswith(" The first 2 names are listed.")
