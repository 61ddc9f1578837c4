"""Groups, payment terms, tax codes and accounts by file."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Account, CustomerGroup, PaymentTerm, TaxCode
from customers.resources import AccountResource, GroupResource, PaymentTermResource, TaxCodeResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.customers.transfers.oracle import HOW, by_engine, by_row, files, table_of
from tests.factories import (
    AccountFactory,
    CustomerFactory,
    CustomerGroupFactory,
    GroupPriceListFactory,
    PaymentTermFactory,
    PriceListFactory,
    TaxCodeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LONG = "x" * 256
CELLS = {
    GroupResource: {
        "Id": ["", "", "77777777", "abc"],
        "Name": ["", "Gastro", "gastro", "Retail", "New", LONG, "__NULL__"],
        "Owner Username": ["", "owner@hub.example", "OWNER@hub.example", "nobody@hub.example", "__NULL__"],
        "Payment term Label": ["", "net 30", "NET 60", LONG, "__NULL__"],
        "Tax code": ["", "b2b", "NOPE", "__NULL__"],
        "Price Lists": ["", "Gross;Net", "net", "Nope", "__NULL__"],
        "Price fallback": ["", "system", "This customer group only", "x", "__NULL__"],
    },
    PaymentTermResource: {"Id": ["", "77777777"], "Label": ["", "net 30", "NET 30", "net 90", LONG, "__NULL__"]},
    TaxCodeResource: {
        "Id": ["", "77777777"],
        "Code": ["", "b2b", "B2B", "NEW", LONG, "__NULL__"],
        "Description": ["", "a", "b", LONG, "__NULL__"],
    },
    AccountResource: {
        "Id": ["", "77777777"],
        "Name": ["", "Twin", "Alone", "ALONE", "New", LONG, "__NULL__"],
        "Owner Username": ["", "owner@hub.example", "nobody@hub.example", "__NULL__"],
    },
}


@pytest.fixture
def world(db):
    PriceListFactory(name="Net")
    owner, term, tax = (
        UserFactory(email="owner@hub.example"),
        PaymentTermFactory(label="net 30"),
        TaxCodeFactory(code="B2B"),
    )
    gastro = CustomerGroupFactory(
        name="Gastro", owner=owner, payment_term=term, tax_code=tax, price_fallback="group_only"
    )
    GroupPriceListFactory(group=gastro, price_list=PriceListFactory(name="Gross"), position=5)
    CustomerGroupFactory(name="Retail")
    AccountFactory.create_batch(2, name="Twin")
    AccountFactory(name="Alone", owner=owner)


def state():
    groups = [
        (
            *(g.name, g.owner_id, g.payment_term and g.payment_term.label, g.tax_code_id, g.price_fallback, g.version),
            tuple(g.price_lists.values_list("price_list__name", "position")),
        )
        for g in CustomerGroup.objects.select_related("payment_term")
    ]
    return (
        sorted(groups, key=repr),
        sorted(PaymentTerm.objects.values_list("label", "version")),
        sorted(TaxCode.objects.values_list("code", "description", "version")),
        sorted(Account.objects.values_list("name", "owner", "version"), key=repr),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(what=st.sampled_from(list(CELLS)).flatmap(lambda one: st.tuples(st.just(one), files(CELLS[one]))), options=HOW)
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, what, options):
    resource, file = what
    table = table_of(*file)
    assert by_engine(resource, table, options, state) == by_row(resource, table, options, state)


def run(resource, text, **options):
    with recording():
        return import_table(resource(), read_table(io.BytesIO(text.encode())), Options(**options))


def test_a_group_comes_with_its_terms_and_price_lists(world):
    counts, refusals = run(
        GroupResource,
        "Name,Owner Username,Payment term,Tax code,Price Lists,Price fallback\n"
        "Export,owner@hub.example,net 90,b2b,Net;Gross,group_only\n",
        create_missing=True,
    )
    group = CustomerGroup.objects.get(name="Export")
    assert (counts.new, counts.created, refusals) == (1, {"payment terms": ["net 90"]}, [])
    assert (group.owner.email, group.payment_term.label, group.tax_code.code) == ("owner@hub.example", "net 90", "B2B")
    assert list(group.price_lists.values_list("price_list__name", flat=True)) == ["Net", "Gross"]
    assert group.price_fallback == "group_only"


@pytest.mark.parametrize(
    ("resource", "model", "text", "field", "new"),
    [
        (GroupResource, CustomerGroup, "Id,Name\n{id},Wholesale\n", "name", "Wholesale"),
        (PaymentTermResource, PaymentTerm, "Id,Label\n{id},30 days\n", "label", "30 days"),
        (TaxCodeResource, TaxCode, "Id,Code\n{id},B2C\n", "code", "B2C"),
        (AccountResource, Account, "Id,Name\n{id},Renamed\n", "name", "Renamed"),
    ],
)
def test_the_id_gives_a_record_another_name(world, resource, model, text, field, new):
    record = model.objects.order_by("pk").first()
    counts, _refusals = run(resource, text.format(id=record.pk))
    record.refresh_from_db()
    assert (counts.changed, getattr(record, field)) == (1, new)


def test_a_name_that_two_accounts_bear_is_ambiguous(world):
    _counts, refusals = run(AccountResource, "Name,Owner Username\nTwin,owner@hub.example\n")
    assert [refusal.message for refusal in refusals] == ["2 records fit “Twin”: say which by the Id."]


def test_S1_accounts_of_others_are_neither_found_nor_changed():
    me, theirs = UserFactory(), CustomerFactory(name="Theirs", owner=UserFactory()).account
    counts, _refusals = run(AccountResource, "Name\nTheirs\n", actor=me)
    assert (counts.new, Account.objects.exclude(pk=theirs.pk).get().owner) == (1, me)
