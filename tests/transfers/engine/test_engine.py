"""The engine leaves what the plain way leaves."""

import io

import pytest

from customers.models import Customer
from customers.resources import CustomerResource
from foundation.changes.recording import recording
from foundation.transfers.engine.testing import import_table
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table

pytestmark = pytest.mark.django_db


def run(text, **options):
    with recording():
        return import_table(CustomerResource(), read_table(io.BytesIO(text.encode())), Options(**options))


def test_first():
    counts, refusals = run("Name,Parent Name,VAT Id\nAda,Bob,\nBob,,PL1234563218\n")
    assert refusals == []
    assert (counts.new, Customer.objects.get(name="Ada").parent.name) == (2, "Bob")
