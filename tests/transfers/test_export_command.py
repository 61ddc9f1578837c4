"""`export_data`, as a person at a terminal has it."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from customers.models import Customer
from foundation.changes.models import AuditEvent
from foundation.transfers.management.commands import export_data
from tests.factories import CustomerFactory, CustomerGroupFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def export(tmp_path):
    """Run the command; return the rows of its file."""

    def run(*arguments, out="out.csv"):
        path = tmp_path / out
        call_command("export_data", "customers", "--out", str(path), *arguments, stderr=io.StringIO())
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))

    return run


def refusal(*arguments):
    """Return the sentence and the exit code."""
    with pytest.raises(CommandError) as error:
        call_command("export_data", *arguments, stderr=io.StringIO())
    return str(error.value), error.value.returncode


def test_what_is_exported_imports_without_a_change(tmp_path, export):
    CustomerFactory.create_batch(3)
    assert len(export()) == 4
    printed = io.StringIO()
    call_command("import_data", "customers", str(tmp_path / "out.csv"), stdout=printed, stderr=io.StringIO())
    assert "unchanged 3" in printed.getvalue()


def test_profile_columns_and_filters_are_options(export):
    gastro = CustomerGroupFactory(name="Gastro")
    CustomerFactory(name="=A", group=gastro, is_on_hold=True)
    CustomerFactory(name="B", group=gastro)
    assert export("--profile", "spreadsheet", "--columns", "name,Group Name", "--filter", "is_on_hold=true") == [
        ["\ufeffName", "Group Name"],
        ["'=A", "Gastro"],
    ]
    assert export("--profile", "oro")[0][-1] == "Payment term Label"
    assert export("--columns=Name", "--filter", f"group={gastro.pk}", "--filter", "is_on_hold=false") == [
        ["Name"],
        ["B"],
    ]
    detail = AuditEvent.objects.filter(kind="export.done").latest("pk").detail
    assert (detail["filter"], detail["rows"]) == (f"group={gastro.pk} is_on_hold=false", 1)


def test_a_workbook_by_name_or_by_word(tmp_path):
    CustomerFactory(name="A")
    for options in (["--out", str(tmp_path / "a.xlsx")], ["--format", "xlsx", "--out", str(tmp_path / "b")]):
        call_command("export_data", "customers", *options, stderr=io.StringIO())
    for path in tmp_path.iterdir():
        with path.open("rb") as file:
            assert load_workbook(file).active.max_row == 2


def test_standard_output_gets_the_bytes_and_nothing_else(capfdbinary):
    CustomerFactory(name="Łódź")
    call_command("export_data", "customers", "--columns", "Name", "--out", "-")
    assert capfdbinary.readouterr() == ("Name\nŁódź\n".encode(), b"")


def test_only_what_the_person_may_see(export):
    me = UserFactory()
    CustomerFactory(name="Mine", owner=me)
    CustomerFactory(name="Theirs")
    assert export("--user", me.email, "--columns", "Name") == [["Name"], ["Mine"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["shoes"], "There is: accounts, addresses, categories, contacts, customer-price-lists, customers"),
        (["customers", "--columns", "Shoe size"], "There is no column “Shoe size” in this file. There is: Id, Name,"),
        (["customers", "--filter", "shoe=42"], "There is no filter “shoe”. There is: account, code, created_before,"),
        (["customers", "--filter", "shoe"], "“shoe” is no filter: write NAME=VALUE."),
        (["customers", "--filter", "group=999"], "group: Select a valid choice."),
        (["customers", "--user", "nobody@hub.example"], "Nobody signs in as nobody@hub.example."),
        (["customers", "--out", "/nowhere/out.csv"], "/nowhere/out.csv cannot be written: No such file or directory."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_code_2(arguments, sentence):
    said, code = refusal(*arguments)
    assert (sentence in said, code) == (True, 2), said


def test_a_file_is_complete_or_not_there(tmp_path, monkeypatch):
    CustomerFactory()
    old = tmp_path / "out.csv"
    old.write_text("former")

    def stop(*, export, file, on_rows):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(export_data, "export_to", stop)
    with pytest.raises(KeyboardInterrupt):
        call_command("export_data", "customers", "--out", str(old))
    assert ([path.name for path in tmp_path.iterdir()], old.read_text()) == (["out.csv"], "former")


def test_progress_shows_on_a_terminal(tmp_path, monkeypatch):
    Customer.objects.bulk_create([Customer(name=f"Customer {number}") for number in range(3)])
    said = io.StringIO()
    monkeypatch.setattr(export_data.sys.stderr, "isatty", lambda: True)
    call_command("export_data", "customers", "--out", str(tmp_path / "out.csv"), stderr=said)
    assert said.getvalue() == f"\r3 of 3\n3 customers written to {tmp_path / 'out.csv'}.\n"
