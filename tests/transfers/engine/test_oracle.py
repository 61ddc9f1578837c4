"""The same file, row by row by django-import-export and set by set by the engine: equal tables, equal refusals."""

import csv
import io

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Account, Customer, CustomerGroup, PaymentTerm
from customers.resources import CustomerResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from tests.factories import CustomerFactory, CustomerGroupFactory, PaymentTermFactory, TaxCodeFactory

NAMES = ["Ada", "ada", "Bob", "Cyd", "Dov", "Eve", "x" * 256]
VAT_IDS = ["", "PL1234563218", "pl 123-456-32-18", "PL1234563210", "DE999999999", "1234563218", "ü"]


@pytest.fixture
def world(db):
    """Customers in a small tree, with names that meet those of the files."""
    group, _other = CustomerGroupFactory(name="Gastro"), CustomerGroupFactory(name="Retail")
    PaymentTermFactory(label="net 30")
    TaxCodeFactory(code="B2B")
    ada = CustomerFactory(name="Ada", code="A", group=group)
    bob = CustomerFactory(name="Bob", parent=ada)
    CustomerFactory(name="Cyd", parent=bob, code="C")
    CustomerFactory(name="Dov")
    CustomerFactory(name="Dov")
    return list(Customer.objects.order_by("pk"))


def rows(ids):
    cells = {
        "Id": st.sampled_from(["", "", "", *map(str, ids), "999999", "abc"]),
        "Name": st.sampled_from(["", *NAMES, "Fay", "Gus"]),
        "External Id": st.sampled_from(["", "", "a", "C", "N1", "N2"]),
        "Parent Id": st.sampled_from(["", "", *map(str, ids), "77777777"]),
        "Parent Name": st.sampled_from(["", "", "Ada", "BOB", "Dov", "Fay", "Nobody"]),
        "Group Name": st.sampled_from(["", "gastro", "Retail", "New", "new", "y" * 300, "__NULL__"]),
        "Payment term Label": st.sampled_from(["", "NET 30", "net 60"]),
        "Tax code": st.sampled_from(["", "b2b", "NOPE", "__NULL__"]),
        "VAT Id": st.sampled_from([*VAT_IDS, "__NULL__"]),
        "Sales Rep Ids": st.sampled_from(["", "R1;R2", "R1;r1", "z" * 30, " R3 ; ", "__NULL__"]),
        "Internal rating Id": st.sampled_from(["", "3_of_5", "9_of_5"]),
        "Unknown": st.just("x"),
    }
    headers = st.lists(st.sampled_from(list(cells)), min_size=1, max_size=6, unique=True).filter(
        lambda h: h != ["Unknown"]
    )
    return headers.flatmap(
        lambda chosen: st.tuples(
            st.just(chosen), st.lists(st.tuples(*[cells[header] for header in chosen]), min_size=1, max_size=6)
        )
    )


def table_of(headers, lines):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headers, *lines])
    return read_table(io.BytesIO(text.getvalue().encode()))


def state():
    customers = [
        (
            *(c.name, c.code, c.vat_id, c.vat_state, tuple(c.rep_ids), c.group and c.group.name.lower(), c.owner_id),
            *(c.payment_term and c.payment_term.label, c.tax_code and c.tax_code.code, c.parent and c.parent.name),
            *(c.internal_rating and c.internal_rating.code, c.version, c.account and c.account.name),
        )
        for c in Customer.objects.select_related("group", "payment_term", "tax_code", "parent", "internal_rating")
    ]
    groups = sorted(name.lower() for name in CustomerGroup.objects.values_list("name", flat=True))
    return (
        sorted(customers, key=repr),
        groups,
        sorted(PaymentTerm.objects.values_list("label", flat=True)),
        Account.objects.count(),
    )


def outcome(run):
    """What a way of importing leaves, and what it says; nothing of it stays."""
    with transaction.atomic():
        with recording():
            counts, refusals = run()
        result = state(), counts, sorted({(r.line, r.message) for r in refusals})
        transaction.set_rollback(True)
    return result


def plain(table, options):
    def run():
        report = CustomerResource().import_table(table, Options(**options))
        return (report.added, report.replaced, report.unchanged, report.error_entries), report.refusals

    return run


def engine(table, options):
    def run():
        counts, refusals = import_table(CustomerResource(), table, Options(**options))
        return (counts.new, counts.changed, counts.unchanged + counts.left, counts.refused), refusals

    return run


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_engine_leaves_and_says_what_the_plain_way_does(world, data):
    headers, lines = data.draw(rows([customer.pk for customer in world]))
    options = {
        "create_missing": data.draw(st.booleans()),
        "strategy": data.draw(st.sampled_from(["upsert", "add", "update"])),
        "blank": data.draw(st.sampled_from(["keep", "clear"])),
    }
    table = table_of(headers, lines)
    assert outcome(engine(table, options)) == outcome(plain(table, options))
