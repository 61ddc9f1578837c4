"""What holds for every kind of file, whichever app it is of."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

import catalog.access
import customers.access
from catalog.models import PriceList
from foundation.changes.recording import recording
from foundation.identity.roles import Role, role_permissions
from foundation.jobs.services import run_here
from foundation.transfers.admin.base import PAGES, file_page_url
from foundation.transfers.columns import VERSION
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.templates import csv_template
from foundation.transfers.importing.preview import page_of
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug, transfers
from tests.catalog.transfers import records as catalog_records
from tests.customers.transfers import records as customers_records

pytestmark = pytest.mark.django_db
KINDS = [transfer.slug for transfer in transfers()]
TRACKED = [t.slug for t in transfers() if VERSION in t.resource.columns() and t.model._meta.managed]
RECORDS = {"catalog": catalog_records, "customers": customers_records}
FILES = {"catalog": catalog.access.FILES, "customers": customers.access.FILES}
DOCUMENTS = {"catalog": "imports-catalogue.md", "customers": "imports.md"}
# What somebody changes in a record behind the back of a file; in the others it is the name.
CHANGED = {
    "addresses": "label",
    "contacts": "job_title",
    "departments": "description",
    "payment-terms": "label",
    "tax-codes": "description",
    "customer-price-lists": "position",
    "group-price-lists": "position",
    "general-price-lists": "position",
    "product-units": "conversion_rate",
    "product-tax-codes": "description",
    "prices": "value",
    "inventory-statuses": "inventory_status",
}
OTHER = {"inventory-statuses": "discontinued"}


def app_of(transfer):
    return transfer.model._meta.app_label


def options_for(transfer):
    into = PriceList.objects.earliest("pk").pk if transfer.resource.into else None
    return Options(create_missing=True, into=into)


def run(transfer, content):
    with recording():
        return import_table(transfer.resource(), read_table(io.BytesIO(content)), options_for(transfer))


def exported(transfer, names=None):
    export = Export(transfer, names=names) if names else Export(transfer)
    return b"".join(csv_pieces(export))


def without_first_version(text):
    rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
    rows[1][rows[0].index("Version")] = ""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


@pytest.fixture
def kind(slug, db):
    """A kind of file, with what its sample row refers to by name."""
    transfer = transfer_by_slug(slug)
    RECORDS[app_of(transfer)].make_named()
    return transfer


@pytest.fixture
def filled(slug, db):
    """A kind of file, with a record of each kind of its app."""
    transfer = transfer_by_slug(slug)
    RECORDS[app_of(transfer)].make_one_of_each()
    return transfer


@pytest.mark.parametrize("slug", KINDS)
def test_the_sample_row_of_the_data_template_comes_in(kind):
    counts, refusals = run(kind, csv_template(kind))
    assert (counts.new + counts.changed, refusals) == (1, [])


@pytest.mark.parametrize("slug", KINDS)
def test_the_sample_row_has_a_preview(kind):
    file, options = ContentFile(csv_template(kind), name="x.csv"), options_for(kind)
    run = run_create(transfer=kind, file=file, name="x.csv", owner=None, options=options)
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    (row,) = page_of(run, "new", 1) + page_of(run, "changed", 1)
    assert (row.line, bool(row.name)) == (2, True)


@pytest.mark.parametrize("slug", KINDS)
def test_I9_what_is_exported_imports_without_a_change(filled):
    counts, refusals = run(filled, exported(filled))
    assert (counts.unchanged, refusals) == (filled.model._default_manager.count(), [])
    assert counts.unchanged > 0


@pytest.mark.parametrize("slug", TRACKED)
def test_I9_a_record_changed_since_the_export_is_kept_from_the_file(slug, filled):
    text = exported(filled, names=tuple(column.column_name for column in filled.resource.columns()))
    first = next(csv.DictReader(io.StringIO(text.decode(), newline="")))
    record = filled.model._default_manager.earliest("pk")  # files are written in this order
    assert run(filled, text)[1] == []
    field = CHANGED.get(slug, "name")
    other = OTHER.get(slug, "Another" if isinstance(getattr(record, field), str) else 77)
    filled.model._default_manager.filter(pk=record.pk).update(**{field: other})
    (refusal,) = run(filled, text)[1]
    assert (refusal.line, refusal.column, refusal.value) == (2, "Version", first["Version"])
    assert run(filled, without_first_version(text))[1] == []


@pytest.mark.parametrize("slug", KINDS)
def test_every_column_has_a_help_and_a_name_of_its_own(slug):
    columns = transfer_by_slug(slug).resource.columns()
    words = [word.casefold() for column in columns for word in (column.column_name, *column.aliases)]
    assert [column.column_name for column in columns if not column.help] == []
    assert len(words) == len(set(words))


@pytest.mark.parametrize("slug", KINDS)
def test_the_document_names_every_column_with_its_aliases(slug):
    transfer = transfer_by_slug(slug)
    document = Path(__file__).parents[2] / "docs" / DOCUMENTS[app_of(transfer)]
    described = re.search(rf"<!-- {slug} -->\n(.*?)\n\n", document.read_text(), re.DOTALL)[1]
    rows = [line.strip().strip("|").split("|") for line in described.splitlines()[2:]]
    known = {(name.strip(), *filter(None, map(str.strip, aliases.split(",")))) for name, aliases, _meaning in rows}
    assert known == {(c.column_name, *c.aliases) for c in transfer.resource.columns() if not c.on_demand}


@pytest.mark.parametrize("slug", KINDS)
@pytest.mark.parametrize("action", ["import", "export"])
def test_who_may_move_files_may_move_every_kind(slug, action):
    transfer = transfer_by_slug(slug)
    permission = transfer.permission(action)
    assert permission in FILES[app_of(transfer)]
    assert permission in role_permissions(Role.SALES_OFFICE)
    assert permission not in role_permissions(Role.READ_ONLY)


@pytest.mark.parametrize("slug", KINDS)
def test_the_list_leads_to_import_export_and_template(client, admin_user, slug):
    transfer = transfer_by_slug(slug)
    pages = {name: file_page_url(transfer, name) for name in PAGES}
    client.force_login(admin_user)
    listed = client.get(reverse(f"admin:{transfer.url_name}_changelist")).text
    for name in ("import_button", "export_button"):
        own = reverse(f"admin:{transfer.url_name}_{name}")
        assert own in listed
        assert own == pages[name] or f'href="{pages[name]}"' in client.get(own).text
        assert client.get(pages[name]).status_code == 200
    page = client.get(pages["import_button"]).text
    assert pages["template_csv"] in page
    assert pages["template_xlsx"] in page
    assert client.get(pages["template_csv"]).content == csv_template(transfer)
