"""Files nobody should send: each ends in one sentence within seconds; nothing is lost, nothing is left behind."""

import io
import time

import pytest
from django.core.exceptions import ValidationError
from django.core.files import File

from customers.models import Customer
from foundation.changes.models import Change
from foundation.identity.models import User
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending
from foundation.transfers.importing.preview import first_errors, page_of
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfer_by_slug
from tests.factories import CustomerFactory
from tests.transfers.reading.files import SHEET, with_part, workbook

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 5
MANY = "".join(f"Firma {number},x\n" for number in range(60_000)).encode()  # more than the first look sees
ENGLISH = b"Name,Note\n"


@pytest.fixture(autouse=True)
def _within_seconds():
    """Work of this process alone: how busy the machine is, is not the file's fault."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    """The files that are kept."""
    settings.MEDIA_ROOT = tmp_path
    return lambda: [path for path in tmp_path.rglob("imports/**/*") if path.is_file()]


@pytest.fixture
def ada(db):
    return CustomerFactory(name="Ada", code="A1")


def uploaded(content, name="customers.csv"):
    owner = User.objects.create_superuser("office@example.com")
    file = File(io.BytesIO(content), name=name)
    return run_create(transfer=transfer_by_slug("customers"), file=file, name=name, owner=owner)


def checked(content, *, apply=False):
    run = uploaded(content)
    job = run_check(run=run, apply=apply)
    run_pending()
    run.refresh_from_db()
    job.refresh_from_db()
    return run, job


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "The file is empty: it needs a first line with the column names.", id="empty"),
        pytest.param(b" \r\n\n", "The file is empty: it needs a first line with the column names.", id="blank"),
        pytest.param(
            b"Name\n" + b"x" * 10_000_000 + b"\nBob\n",
            "Line 2 is longer than 10,000,000 characters: this is no table with one row a line.",
            id="line_of_10_MB",
        ),
        pytest.param(
            b"Name" * 2_500_001,
            "Line 1 is longer than 10,000,000 characters: this is no table with one row a line.",
            id="header_of_10_MB",
        ),
        pytest.param(
            b"Name\nAda\nB\0b\n",
            "Line 3 holds a NUL character, which no text has (character 2). Remove it and send the file again.",
            id="NUL",
        ),
        pytest.param(
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
            "This is a PDF document, whatever its name says. Export the table as CSV or XLSX instead.",
            id="PDF_as_csv",
        ),
        pytest.param(
            with_part(workbook(["Name"], ["Ada"]), SHEET, lambda xml: xml + bytes(300_000_000)),
            "The workbook unpacks to more than 100 times its size, as no table does. Send it as CSV.",
            id="zip_bomb",
        ),
        pytest.param(
            ",".join(f"c{number}" for number in range(500)).encode(),
            "The first line names 500 columns; at most 200 are taken. Leave some out.",
            id="500_columns",
        ),
        pytest.param(
            b'Name,Note\nAda,A\n"Bob,B\nCid,C\n',
            "A quote is opened in the record that starts on line 3 and never closed: it would swallow the rest of "
            "the file. Close it, or double a quote that belongs to the text.",
            id="quote_never_closed",
        ),
    ],
)
def test_I5_a_file_nobody_could_read_is_not_taken(ada, stored, content, sentence):
    with pytest.raises(ValidationError) as refused:
        uploaded(content)
    assert refused.value.messages == [sentence]
    assert (ImportRun.objects.count(), Job.objects.count(), stored()) == (0, 0, [])
    assert list(Customer.objects.all()) == [ada]


def test_I7_a_file_over_the_limit_is_not_taken(ada, stored, settings):
    settings.HUB_IMPORT_MAX_BYTES = 200_000
    with pytest.raises(ValidationError) as refused:
        uploaded(ENGLISH + MANY)
    assert [message.replace("\u00a0", " ") for message in refused.value.messages] == [
        "The file has 809.5 KB; at most 195.3 KB are taken. Split it into parts."
    ]
    assert (ImportRun.objects.count(), stored()) == (0, [])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(
            b"Name,Note\n",
            "There are column names but no rows below them: there is nothing to import.",
            id="header_only",
        ),
        pytest.param(
            ENGLISH + MANY + b"B\0b,\n",
            "Line 60002 holds a NUL character, which no text has (character 2). Remove it and send the file again.",
            id="NUL_far_down",
        ),
        pytest.param(
            b"Name,Note\n" + "Żółw,x\n".encode() + MANY + "Żółw,x\n".encode("cp1250"),
            "Line 60003 is not UTF-8 text (byte AF at offset 828,910). Choose the encoding the file was saved in, or "
            "save it as “CSV UTF-8” and send it again.",
            id="mixed_encodings",
        ),
        pytest.param(
            ENGLISH + MANY + b'"Bob,B\nCid,C\n',
            "A quote is opened in the record that starts on line 60002 and never closed: it would swallow the rest of "
            "the file. Close it, or double a quote that belongs to the text.",
            id="quote_never_closed_far_down",
        ),
    ],
)
def test_I5_what_is_wrong_far_down_keeps_all_of_the_file_out(ada, stored, content, sentence):
    run, job = checked(content, apply=True)
    assert (run.state, run.error, job.state, job.error) == ("failed", sentence, "failed", sentence)
    assert (run.counts, len(stored())) == ({}, 1)
    assert list(Customer.objects.all()) == [ada]
    assert not Change.objects.filter(table="customers_customer").exclude(key=ada.pk).exists()


def test_I3_ragged_rows_are_refused_one_by_one_and_the_others_read(ada):
    run, _job = checked(b"Name,External Id\nBob\nCid,C1,x\nDan,D1\n")
    assert (run.state, run.error, run.counts["read"], run.counts["new"]) == ("checked", "", 3, 1)
    assert [(error["line"], error["message"]) for error in first_errors(run)] == [
        (2, "Expecting to get 2 columns, actually got 1."),
        (3, "Expecting to get 2 columns, actually got 3."),
    ]
    assert list(Customer.objects.all()) == [ada]


def test_I7_a_cell_of_a_megabyte_refuses_its_row_alone(ada):
    run, _job = checked(b"Name,External Id\n" + b"x" * 1_000_000 + b",X1\nDan,D1\n")
    assert (run.state, run.counts["new"], run.counts["refused"]) == ("checked", 1, 1)
    [error] = first_errors(run)
    assert (error["line"], error["message"]) == (
        2,
        "The cell in column 1 has 1,000,000 characters; at most 32,000 are taken.",
    )


def test_I13_cells_that_look_like_formulas_are_texts_and_our_own_apostrophe_goes(ada):
    run, _job = checked(b"Name,External Id\n=1+1,=A1\n'=cmd|x,+1\n@sum,-1\n")
    assert (run.state, run.counts["refused"]) == ("checked", 0)
    assert [row.name for row in page_of(run, "new", 1)] == ["=1+1", "=cmd|x", "@sum"]
    assert list(Customer.objects.all()) == [ada]


def test_I5_letters_of_two_encodings_in_a_short_file_are_never_taken_for_utf8(ada):
    run, _job = checked("Name\nŻółw\n".encode() + "Żółw\n".encode("cp1250"))
    assert run.shape["encoding"] == "cp1250"
    assert (run.state, run.counts["new"], Customer.objects.count()) == ("checked", 2, 1)
