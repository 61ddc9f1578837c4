"""`import_data`, as a person at a terminal has them."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer, CustomerGroup
from foundation.changes.models import ChangeSet, Source
from foundation.jobs.models import Job
from foundation.transfers.models import ImportRun

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


def counts(printed):
    """What comes after the number and state of the import."""
    return printed.strip().partition(", applied: ")[2]


def test_all_rows_in_is_code_0_and_counts(file):
    printed, code = run("import_data", "customers", file("Name\nAda\nBob\n"))
    assert (counts(printed), code) == ("read 2, new 2, changed 0, unchanged 0, deleted 0, left 0, refused 0", 0)


def test_some_refused_is_code_1_and_the_good_rows_stay(file):
    printed, code = run("import_data", "customers", file(NO_GROUP))
    assert (code, list(Customer.objects.values_list("name", flat=True))) == (1, ["Bob"])
    assert counts(printed) == "read 2, new 1, changed 0, unchanged 0, deleted 0, left 0, refused 1"


def test_create_missing_makes_the_group(file):
    assert run("import_data", "customers", file(NO_GROUP), "--create-missing")[1] == 0
    assert list(CustomerGroup.objects.values_list("name", flat=True)) == ["Germany"]


def test_dry_run_keeps_nothing(file):
    printed, code = run("import_data", "customers", file("Name\nAda\n"), "--dry-run")
    assert ("checked: read 1, new 1" in printed, code, Customer.objects.count()) == (True, 0, 0)


def test_json_names_line_column_value_and_message(file):
    printed, _code = run("import_data", "customers", file(NO_GROUP), "--json")
    report = json.loads(printed)
    (error,) = report["errors"]
    assert (report["read"], report["new"], report["refused"], report["state"]) == (2, 1, 1, "applied")
    assert (error["line"], error["column"], error["value"], error["rule"]) == (2, "Group Name", "Germany", "unknown")


def test_a_doubtful_encoding_must_be_named(file, tmp_path):
    (tmp_path / "bad.csv").write_bytes("Name\nŁódź Żółta\n".encode("cp1250"))
    with pytest.raises(CommandError, match="“Łódź Żółta”. Say so with --encoding cp1250") as error:
        call_command("import_data", "customers", str(tmp_path / "bad.csv"))
    assert error.value.returncode == 2
    run("import_data", "customers", str(tmp_path / "bad.csv"), "--encoding", "cp1250")
    assert Customer.objects.get().name == "Łódź Żółta"


def test_what_cannot_be_done_is_code_2_and_says_why_in_json(file):
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_data", "customers", file("Nonsense\nx\n"), "--json", stdout=out)
    assert (error.value.returncode, json.loads(out.getvalue())["run"]) == (2, None)
    assert "No column of the file is known here" in json.loads(out.getvalue())["error"]


def test_all_or_nothing_writes_nothing_and_is_code_1(file):
    printed, code = run("import_data", "customers", file(NO_GROUP), "--all-or-nothing")
    assert (code, Customer.objects.count(), "new 1, changed 0" in printed) == (1, 0, True)


def test_undo_takes_the_import_back(file):
    run("import_data", "customers", file(NO_GROUP), "--create-missing")
    printed, code = run("undo_import", str(ImportRun.objects.get().pk))
    assert (code, Customer.objects.count(), CustomerGroup.objects.count()) == (0, 0, 0)
    assert printed.strip() == "deleted 5, restored 0, returned 0, left 0"
    assert ImportRun.objects.get().state == ImportRun.State.UNDONE


def test_undo_lists_what_was_changed_since_and_is_code_1(file):
    run("import_data", "customers", file("Name\nAda\n"))
    Customer.objects.update(phone="+48123456789")
    printed, code = run("undo_import", str(ImportRun.objects.get().pk), "--json")
    assert (code, Customer.objects.count(), json.loads(printed)["left_rows"][0]["record"]) == (1, 1, "Ada")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="nothere.csv cannot be read: No such file"):
        call_command("import_data", "customers", str(tmp_path / "nothere.csv"))


def test_the_import_is_a_job_and_recorded_as_one(file):
    run("import_data", "customers", file("Name\nAda\n"))
    job = Job.objects.get(kind="transfers.check")
    change_set = ChangeSet.objects.get(source=Source.IMPORT)
    assert (job.state, job.attempts, change_set.job_id) == ("succeeded", 1, job.pk)
    assert not ChangeSet.objects.filter(source=Source.UNKNOWN).exists()
