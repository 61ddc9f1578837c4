"""An import from upload to undo, and every wrong turn on the way."""

from base64 import b64decode
from email import message_from_bytes, policy

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Account, Address, Customer, CustomerGroup
from foundation.changes.models import Change, ChangeSet, Source
from foundation.changes.testing import no_unknown_changes
from foundation.jobs.models import Job, OutboxMessage
from foundation.jobs.services import job_cancel, run_here
from foundation.transfers.engine.sql import execute, fetch
from foundation.transfers.importing.content import names_of
from foundation.transfers.importing.preview import first_errors, missing_records, page_of
from foundation.transfers.importing.runs import run_apply, run_check, run_settle
from foundation.transfers.importing.sweeping import plans_prune, runs_prune, seals_prune
from foundation.transfers.models import ImportRun, Seal
from tests.factories import AddressFactory, CustomerFactory, CustomerPriceListFactory, PriceListFactory, UserFactory
from tests.transfers.importing_tools import applied, checked, done, undone, uploaded

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "Name,External Id,Group Name\nAda,A,Gastro\nBob,B,\n"


def numbers(run):
    return tuple(run.counts[name] for name in ("read", "new", "changed", "unchanged", "refused"))


def test_I1_a_file_goes_from_upload_to_undo_and_the_ledger_knows_who():
    owner = UserFactory(is_superuser=True)
    with no_unknown_changes():
        run = checked(FILE, owner, create_missing=True)
        assert (run.state, numbers(run), Customer.objects.count()) == ("checked", (2, 2, 0, 0, 0), 0)
        done(run_apply(run=run, check_token=run.check_token, ring=False), run)
        assert (run.state, Customer.objects.get(code="A").owner, run.counts["made"]) == (
            *("applied", owner),
            {"customer groups": 1},
        )
        undone(run, owner)
    assert (run.state, Customer.objects.count(), CustomerGroup.objects.count(), Account.objects.count()) == (
        *("undone", 0),
        *(0, 0),
    )
    sources = list(ChangeSet.objects.order_by("pk").values_list("source", "actor", "job_id"))
    assert sources[-2:] == [(Source.IMPORT, owner.pk, run.apply_job), (Source.UNDO, owner.pk, run.undo_job)]


def test_I9_the_same_file_again_changes_nothing_and_reads_no_values():
    applied(FILE, create_missing=True)
    changes = Change.objects.count()
    run = checked(FILE, create_missing=True)
    assert numbers(run) == (2, 0, 0, 2, 0)
    assert fetch(f"SELECT count(*) FROM {names_of(run).rows}") == [(0,)]  # noqa: S608 -- the seals were enough
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (run.state, Change.objects.count()) == ("applied", changes)


@pytest.mark.parametrize("edit", ["name", "undo", "delete"])
def test_no_seal_hides_what_was_changed_since(edit):
    run = applied("Name,External Id\nAda,A\nBob,B\n")
    if edit == "name":
        Customer.objects.filter(code="A").update(name="Other")
    elif edit == "delete":
        Customer.objects.filter(code="A").delete()
    else:
        undone(run)
    again = checked("Name,External Id\nAda,A\nBob,B\n")
    assert numbers(again)[1:4] == {"name": (0, 1, 1), "delete": (1, 0, 1), "undo": (2, 0, 0)}[edit]


def test_check_everything_trusts_no_seal():
    applied(FILE, create_missing=True)
    CustomerGroup.objects.update(name="Renamed")
    assert numbers(checked(FILE))[3:] == (2, 0)
    assert numbers(checked(FILE, check_everything=True))[3:] == (1, 1)


def test_I1_a_second_click_joins_the_first():
    run = checked(FILE, create_missing=True)
    first = run_apply(run=run, check_token=run.check_token, ring=False)
    assert run_apply(run=run, check_token=run.check_token, ring=False) == first
    done(first, run)
    assert run_apply(run=run, check_token=run.check_token, ring=False) == first
    assert (Customer.objects.count(), run.state) == (2, "applied")


def test_I1_a_person_applies_only_the_check_they_have_seen():
    run = checked(FILE, create_missing=True)
    seen = run.check_token
    done(run_check(run=run, ring=False), run)
    with pytest.raises(ValidationError, match="checked again meanwhile"):
        run_apply(run=run, check_token=seen, ring=False)
    assert Customer.objects.count() == 0


@pytest.mark.parametrize("change", ["edited", "made", "group"])
def test_I1_what_was_changed_since_the_check_is_checked_again(change):
    CustomerFactory(name="Old", code="A")
    run = checked(FILE, create_missing=True)
    if change == "edited":
        Customer.objects.update(phone="+48221234567")
    elif change == "made":
        CustomerFactory(name="Somebody", code="b")
    else:
        CustomerGroup.objects.create(name="gastro")
    job = done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (job.state, run.state, "were changed since the check" in run.error) == ("failed", "checked", True)
    assert not Customer.objects.filter(name="Ada").exists()
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (run.state, Customer.objects.get(code="A").name) == ("applied", "Ada")


def test_staging_lost_in_a_crash_of_the_database_is_made_again():
    run = checked(FILE, create_missing=True)
    execute(f"TRUNCATE {names_of(run).raw}, {names_of(run).rows}")  # what becomes of unlogged tables
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (run.state, Customer.objects.count()) == ("checked", 0)
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (run.state, Customer.objects.count()) == ("applied", 2)


def test_two_people_with_the_same_file_make_nothing_twice():
    runs = [checked(FILE, create_missing=True) for _person in range(2)]
    for run in runs:
        done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert [run.state for run in runs] == ["applied", "checked"]
    assert (numbers(runs[1]), Customer.objects.count()) == ((2, 0, 0, 2, 0), 2)


def test_I2_all_or_nothing_keeps_the_good_rows_out():
    run = checked("Name,Tax code\nAda,\nBob,NOPE\n", all_or_nothing=True)
    with pytest.raises(ValidationError, match="1 row is refused, and this import takes all rows or none"):
        run_apply(run=run, check_token=run.check_token, ring=False)
    assert (run.state, Customer.objects.count()) == ("checked", 0)


def test_I3_every_error_of_every_row_has_line_column_value_rule_and_sentence():
    run = checked('Name,Tax code,VAT Id\n"Ada\nLtd",NOPE,PL1234563210\n\n,,\nBob\n')
    said = [(e["line"], e["column"], e["value"], e["rule"]) for e in first_errors(run)]
    assert said == [
        (2, "Tax code", "NOPE", "unknown"),
        (2, "VAT Id", "PL1234563210", "rule"),
        (6, "", "", "form"),
    ]


def test_I3_refused_rows_can_be_mended_and_sent_again():
    run = checked("Name,Tax code\nAda,NOPE\nBob,\n")
    job = Job.objects.get(pk=run.check_job)
    with job.files.get(name="refused-rows.csv").file.open("rb") as file:
        refused = file.read().decode("utf-8-sig")
    assert refused.splitlines() == [
        "Name,Tax code,Error",
        "Ada,NOPE,Tax code: There is no “NOPE”. Correct the cell or create it first.",
    ]
    with job.files.get(name="error-log.txt").file.open("rb") as file:
        assert file.read().decode().startswith("Error in row #1. Tax code: There is no “NOPE”.")
    assert applied(refused.replace("NOPE", "")).counts["new"] == 1


def test_a_row_of_the_wrong_width_is_refused_again_until_it_is_mended():
    run = checked("Name,Tax code,VAT Id\nAda\nBob,,,more\n")
    with Job.objects.get(pk=run.check_job).files.get(name="refused-rows.csv").file.open("rb") as file:
        again = checked(file.read())
    assert numbers(again) == (2, 0, 0, 0, 2)


def test_who_may_not_add_groups_does_not_make_them_by_a_file():
    clerk = UserFactory()
    clerk.user_permissions.set(Permission.objects.filter(codename="import_customer"))
    run = checked(FILE, clerk, create_missing=True)
    assert (numbers(run), missing_records(run)) == ((2, 1, 0, 0, 1), [])


def test_I10_the_owner_gets_oros_counters_by_mail_without_a_cell_of_the_file():
    run = applied(
        "Name,Tax code,VAT Id\nAda,SECRET,PL 1234563210\nBob,,\n",
        UserFactory(email="anna@example.com", is_superuser=True),
    )
    (mail,) = OutboxMessage.objects.all()
    sent = message_from_bytes(b64decode(mail.payload["source"]), policy=policy.default)
    text = sent.get_body(("plain",)).get_content()
    assert sent["Subject"] == "Result of importing file customers.csv"
    assert "Errors: 2 processed: 1, read: 2, added: 1, updated: 0, replaced: 0" in text
    assert ("SECRET" in text, "1234563210" in text, run.get_absolute_url() in text) == (False, False, True)


def test_a_cancelled_check_can_be_started_again():
    run = uploaded(FILE)
    job_cancel(job=run_check(run=run, ring=False), by=None)
    run.refresh_from_db()
    assert (run.state, run_settle(run).state) == ("checking", "uploaded")
    assert done(run_check(run=run, ring=False), run).state == "succeeded"


def test_a_check_claims_to_be_done_only_with_reading():
    seen, run = [], uploaded("Name\nAda\n")
    run_here(run_check(run=run, ring=False), watch=lambda job: seen.append((job.progress.message, job.progress.total)))
    assert ("1 rows read", run.size) in seen
    assert ("Checking", None) in seen


def test_a_person_has_two_imports_at_work_at_most():
    owner = UserFactory()
    runs = [uploaded(FILE, owner) for _number in range(3)]
    for run in runs[:2]:
        run_check(run=run, ring=False)
    with pytest.raises(ValidationError, match="You have 2 imports at work already"):
        run_check(run=runs[2], ring=False)


def test_the_preview_says_from_what_to_what_and_who_would_be_made():
    CustomerFactory(name="Old", code="A")
    run = checked(FILE, create_missing=True)
    (row,) = page_of(run, "changed", 1)
    assert (row.line, [(c.label, c.old, c.new) for c in row.changes]) == (
        2,
        [("Name", "Old", "Ada"), ("Group Name", "", "Gastro")],
    )
    assert ([row.name for row in page_of(run, "new", 1)], run.counts["created"]) == (
        ["Bob"],
        {"customer groups": ["Gastro"]},
    )


def test_rows_cost_no_statements():
    def statements(rows):
        below = "".join(f"N{rows}-{n},C{rows}-{n},Top {rows},\n" for n in range(rows - 1))
        run = uploaded(f"Name,External Id,Parent Name,VAT Id\n{below}Top {rows},T{rows},,\n")
        with CaptureQueriesContext(connection) as queries:
            done(run_check(run=run, ring=False, apply=True), run)
        assert run.counts["new"] == rows
        return len(queries)

    statements(3)
    few, many = statements(10), statements(600)
    assert many - few <= 3  # the waiting time of the longer job may bring a look at its cancellation


def test_the_preview_says_which_lists_are_put_on_and_taken_off():
    net, gross = PriceListFactory(name="Net"), PriceListFactory(name="Gross")
    CustomerPriceListFactory(customer=CustomerFactory(name="Ada"), price_list=net)
    run = checked(f"Name,Price Lists\nAda,{gross.name};{net.name}\nBob,Net\n")
    (changed,), (new,) = page_of(run, "changed", 1), page_of(run, "new", 1)
    assert [(c.label, c.old, c.new) for c in changed.changes] == [("Price Lists", "Net", "Gross; Net")]
    assert ("Price Lists", "", "Net") in [(c.label, c.old, c.new) for c in new.changes]


def test_I1_lists_changed_since_the_check_bring_a_new_preview():
    ada = CustomerFactory(name="Ada")
    CustomerPriceListFactory(customer=ada, price_list=PriceListFactory(name="Net"))
    run = checked("Name,Price Lists\nAda,\nAda 2,Net\n", blank="clear")
    CustomerPriceListFactory(customer=ada, price_list=PriceListFactory(name="Gross"))
    job = done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert (job.state, run.state, Customer.objects.count()) == ("failed", "checked", 1)


def test_the_same_file_puts_a_list_on_again_that_was_taken_off_by_hand():
    link = CustomerPriceListFactory(customer=CustomerFactory(name="Ada"), price_list=PriceListFactory(name="Net"))
    assert checked("Name,Price Lists\nAda,Net\n").counts["unchanged"] == 1
    link.delete()
    assert checked("Name,Price Lists\nAda,Net\n").counts["changed"] == 1


def test_sweeping_forgets_files_previews_plans_and_seals_that_hold_no_more():
    plans_prune()
    run = applied(FILE, create_missing=True)
    Customer.objects.update(email="x@y.example")
    assert (Seal.objects.count(), seals_prune(), Seal.objects.count()) == (2, 2, 0)
    assert runs_prune() == 0
    ImportRun.objects.update(created_at="2020-01-01T00:00:00Z")
    assert (runs_prune(), plans_prune()) == (1, 0)
    run.refresh_from_db()
    assert (run.file.name, fetch(f"SELECT to_regclass('{names_of(run).rows}') IS NULL")) == ("", [(True,)])


def test_a_file_that_only_deletes_is_applied_and_undone_with_all_that_went_along():
    first, second = AddressFactory(street="Main 1"), AddressFactory(street="Main 2")
    text = f"Address ID,Delete\n{first.pk},1\n{second.pk},0\n"
    run = uploaded(text, what="addresses")
    done(run_check(run=run, ring=False), run)
    assert (run.counts["deleted"], [row.line for row in page_of(run, "deleted", 1)]) == (1, [2])
    done(run_apply(run=run, check_token=run.check_token, ring=False), run)
    assert list(Address.objects.all()) == [second]
    undone(run)
    assert set(Address.objects.values_list("street", flat=True)) == {"Main 1", "Main 2"}
