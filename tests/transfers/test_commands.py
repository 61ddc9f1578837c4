"""`import_data`, as a person at a terminal has them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer, CustomerGroup
from foundation.changes.models import ChangeSet, Source
from foundation.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
NO_GROUP = "Name,Group Name\nAda,Germany\nBob,\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "customers.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def run(*arguments):
    """Return what was printed and the exit code."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_all_rows_in_is_code_0_and_counts(file):
    printed, code = run("import_data", "customers", file("Name\nAda\nBob\n"))
    assert (printed.strip(), code) == ("read 2: added 2, changed 0, unchanged 0, refused 0", 0)


def test_some_refused_is_code_1_and_the_good_rows_stay(file):
    printed, code = run("import_data", "customers", file(NO_GROUP))
    assert (code, list(Customer.objects.values_list("name", flat=True))) == (1, ["Bob"])
    assert printed.strip() == "read 2: added 1, changed 0, unchanged 0, refused 1"


def test_create_missing_makes_the_group(file):
    assert run("import_data", "customers", file(NO_GROUP), "--create-missing")[1] == 0
    assert list(CustomerGroup.objects.values_list("name", flat=True)) == ["Germany"]


def test_dry_run_keeps_nothing(file):
    printed, code = run("import_data", "customers", file("Name\nAda\n"), "--dry-run")
    assert ("would be added 1" in printed, code, Customer.objects.count()) == (True, 0, 0)


def test_json_names_line_column_value_and_message(file):
    printed, _code = run("import_data", "customers", file(NO_GROUP), "--json")
    report = json.loads(printed)
    refusal = report["refusals"][0]
    assert (report["added"], report["error_entries"]) == (1, 1)
    assert (refusal["line"], refusal["column"], refusal["value"]) == (2, "Group Name", "Germany")


def test_an_unreadable_file_is_code_2_and_says_why(file, tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"Name\n\xb3\n")
    printed, code = run("import_data", "customers", str(tmp_path / "bad.csv"), "--json")
    assert (code, json.loads(printed)["state"]) == (2, "failed")
    assert "Line 2 is not UTF-8" in json.loads(printed)["error"]


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="nothere.csv cannot be read: No such file"):
        call_command("import_data", "customers", str(tmp_path / "nothere.csv"))


def test_the_import_is_a_job_and_recorded_as_one(file):
    run("import_data", "customers", file("Name\nAda\n"))
    job = Job.objects.get(kind="transfers.import")
    change_set = ChangeSet.objects.get(source=Source.IMPORT)
    assert (job.state, job.attempts, change_set.job_id) == ("succeeded", 1, job.pk)
    assert not ChangeSet.objects.filter(source=Source.UNKNOWN).exists()
