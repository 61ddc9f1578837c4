"""Customers in and out by CSV, row by row."""

import io

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer, CustomerGroup, PaymentTerm
from customers.resources import CustomerResource
from foundation.transfers.options import Options
from foundation.transfers.plain.export import write_export
from foundation.transfers.plain.tables import read_table
from tests.factories import CustomerFactory, CustomerGroupFactory, TaxCodeFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(text, **options):
    return CustomerResource().import_table(read_table(io.BytesIO(text.encode())), Options(**options))


def sentences(report):
    return [(refusal.line, refusal.column, refusal.message) for refusal in report.refusals]


def exported():
    text = io.StringIO(newline="")
    write_export(text, CustomerResource(), Customer.objects.all())
    return text.getvalue()


def test_adds_a_new_customer_with_all_it_names():
    group, tax = CustomerGroupFactory(name="Gastro"), TaxCodeFactory(code="B2B_AT")
    report = run(
        "Name,Group Name,Tax code,VAT Id,External Id,Sales Rep Ids\nNordwind,gastro,b2b_at,ATU12345675,N1,R1;R2\n"
    )
    customer = Customer.objects.get()
    assert report.counts() | {"read": 1, "added": 1} == report.counts()
    assert (customer.name, customer.group, customer.tax_code, customer.code) == ("Nordwind", group, tax, "N1")
    assert (customer.rep_ids, customer.rep_ids_override) == (["R1", "R2"], None)


@pytest.mark.parametrize(
    ("header", "cell"), [("ID", "{0.pk}"), ("Code", "n1"), ("customer number", "N1"), ("Name", "old name")]
)
def test_finds_the_customer_by_id_code_or_name(header, cell):
    customer = CustomerFactory(name="Old name", code="N1")
    report = run(f"{header},VAT Id\n{cell.format(customer)},PL1234563218\n")
    customer.refresh_from_db()
    assert (report.added, report.replaced, customer.vat_id) == (0, 1, "PL1234563218")


def test_a_name_that_two_customers_bear_is_ambiguous():
    CustomerFactory.create_batch(2, name="Twin")
    report = run("Name,VAT Id\nTwin,PL1234563218\n")
    assert sentences(report) == [(2, "Name", "2 customers named Twin: say which by Id or code.")]


def test_a_name_with_another_code_is_somebody_else():
    CustomerFactory(name="Twin", code="A")
    assert run("Name,Code\nTwin,B\n").added == 1


def test_an_unknown_id_is_refused_instead_of_making_a_new_customer():
    report = run("Id,Name\n999999,Ghost\n")
    assert [(line, column) for line, column, _ in sentences(report)] == [(2, "Id")]
    assert not Customer.objects.exists()


def test_I8_blank_cell_and_missing_column_keep_what_is_there():
    customer = CustomerFactory(name="Keep", code="K", vat_id="PL1234563218", rep_ids=["R1"])
    report = run("Code,VAT Id,Name\nK,,\n")
    customer.refresh_from_db()
    assert (report.unchanged, customer.vat_id, customer.rep_ids) == (1, "PL1234563218", ["R1"])


def test_K1_a_hand_override_of_the_rep_ids_is_kept():
    customer = CustomerFactory(code="K", rep_ids=["R1"], rep_ids_override=["HAND"])
    run("Code,Sales Rep Ids\nK,R7;R8\n")
    customer.refresh_from_db()
    assert (customer.rep_ids, customer.effective_rep_ids) == (["R7", "R8"], ["HAND"])


def test_parents_may_stand_later_in_the_file():
    report = run("Name,Parent Name\nGraz,Vienna\nVienna,Europe\nEurope,\n")
    assert (report.added, report.errors) == (3, 0)
    assert Customer.objects.get(name="Graz").parent.parent.name == "Europe"


def test_a_circle_across_rows_is_refused_with_the_lines():
    report = run("Name,Parent Name\nA,B\nB,A\nC,\n")
    sentence = "Circular reference detected. The lines 2, 3 are each other's parents."
    assert sentences(report) == [(2, "Parent Name", sentence), (3, "Parent Name", sentence)]
    assert report.added == 1


def test_a_circle_with_customers_that_are_here_is_refused():
    top = CustomerFactory(name="Top")
    CustomerFactory(name="Below", parent=top)
    report = run("Name,Parent Name\nTop,Below\n")
    assert "Circular reference detected." in report.refusals[0].message
    top.refresh_from_db()
    assert top.parent is None


def test_children_of_a_refused_parent_are_refused_too():
    report = run("Name,Parent Name,Tax code\nChild,Parent,\nParent,,NOPE\n")
    assert [(refusal.line, refusal.column) for refusal in report.refusals] == [(2, "Parent Name"), (3, "Tax code")]
    assert not Customer.objects.exists()


def test_I8_the_same_key_twice_refuses_both_rows():
    report = run("Code,Name\nA,One\na,Two\n")
    assert [refusal.line for refusal in report.refusals] == [2, 3]
    assert "2, 3" in report.refusals[0].message


def test_I3_all_errors_of_a_row_are_reported_at_once():
    report = run("Name,Group Name,Tax code,VAT Id\nX,NoGroup,NoTax,PL1234563219\n")
    assert [refusal.column for refusal in report.refusals] == ["Group Name", "Tax code", "VAT Id"]


def test_missing_groups_and_terms_are_made_only_when_asked():
    text = "Name,Group Name,Payment term Label\nA,Germany,net 30\nB,germany,net 30\n"
    assert run(text).error_entries == 2
    report = run(text, create_missing=True)
    assert (report.added, report.created) == (2, {"customer groups": 1, "payment terms": 1})


def test_a_refused_row_leaves_no_group_behind():
    report = run("Name,Group Name,Tax code\nA,Germany,NOPE\n", create_missing=True)
    assert (report.created, CustomerGroup.objects.count(), PaymentTerm.objects.count()) == ({}, 0, 0)


def test_dry_run_reports_the_same_and_keeps_nothing():
    text = "Name,Group Name,Tax code\nA,New,\nB,,NOPE\n"
    trial = run(text, create_missing=True, dry_run=True)
    assert not Customer.objects.exists()
    assert trial.counts() == run(text, create_missing=True).counts()


def test_I9_the_same_file_again_changes_nothing():
    text = "Name,Code,Sales Rep Ids\nA,1,R1\nB,2,\n"
    run(text)
    assert run(text).counts() | {"unchanged": 2, "processed": 0, "errors": 0} == run(text).counts()


def test_export_comes_back_without_a_change():
    CustomerFactory.create_batch(3, parent=CustomerFactory(), group=CustomerGroupFactory(), rep_ids=["R1", "R2"])
    report = run(exported())
    assert (report.read, report.unchanged, report.errors) == (4, 4, 0)


def test_export_has_the_columns_of_orocommerce_then_ours():
    assert exported().splitlines()[0] == (
        "Id,Name,Parent Id,Parent Name,Group Name,Owner Id,Owner Username,Tax code,Account Id,Internal rating Id,"
        "VAT Id,Payment term Label,External Id,Sales Rep Ids,E-mail,Phone,Price Lists,Price fallback,Credit limit,"
        "Credit currency,On hold,Internal"
    )


def test_export_asks_a_constant_number_of_queries(django_assert_num_queries):
    CustomerFactory.create_batch(5, group=CustomerGroupFactory())
    with django_assert_num_queries(1):
        exported()


def test_unknown_columns_are_reported_and_left_out():
    assert run("Name,Shoe size\nA,42\n").ignored_columns == ["Shoe size"]


def test_a_file_of_unknown_columns_alone_is_another_kind_of_file():
    with pytest.raises(ValidationError, match="must hold names such as “Id”, “Name”"):
        run("Shoe size,Colour\n42,red\n")


def test_a_ragged_row_is_refused_alone():
    report = run("Name,Code\nA,1,extra\nB,2\n")
    assert sentences(report) == [(2, "", "Expecting to get 2 columns, actually got 3.")]
    assert report.added == 1


def test_owner_is_the_importing_person_unless_the_file_names_another():
    me, other = UserFactory(is_superuser=True), UserFactory()
    run(f"Name,Owner Username\nMine,\nTheirs,{other.email}\n", actor=me)
    assert list(Customer.objects.order_by("name").values_list("owner", flat=True)) == [me.pk, other.pk]


def test_who_sees_only_own_customers_cannot_hand_one_to_somebody_else():
    me, other = UserFactory(), UserFactory()
    report = run(f"Name,Owner Username\nA,{other.email}\n", actor=me)
    assert sentences(report) == [(2, "Owner Username", f"You have no access to set given owner: “{other.email}”.")]
