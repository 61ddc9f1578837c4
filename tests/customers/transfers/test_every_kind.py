"""What holds for every kind of file of ours."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.urls import reverse

from customers.access import FILES
from foundation.changes.recording import recording
from foundation.identity.roles import Role, role_permissions
from foundation.transfers.admin.base import PAGES, file_page_url
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.templates import csv_template
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug, transfers
from tests.customers.transfers.records import make_one_of_each

pytestmark = pytest.mark.django_db
KINDS = [transfer.slug for transfer in transfers() if transfer.model._meta.app_label == "customers"]
CHANGED = {
    "customers": "name",
    "addresses": "label",
    "contacts": "job_title",
    "departments": "description",
    "groups": "name",
    "payment-terms": "label",
    "tax-codes": "description",
    "accounts": "name",
    "customer-price-lists": "position",
    "group-price-lists": "position",
    "general-price-lists": "position",
}
DOCUMENT = Path(__file__).parents[3] / "docs" / "imports.md"


def run(transfer, content):
    with recording():
        return import_table(transfer.resource(), read_table(io.BytesIO(content)), Options(create_missing=True))


@pytest.mark.parametrize("slug", KINDS)
def test_the_sample_row_of_the_data_template_comes_in(slug):
    transfer = transfer_by_slug(slug)
    make_one_of_each(names=True)
    counts, refusals = run(transfer, csv_template(transfer))
    assert (counts.new, refusals) == (1, [])


@pytest.mark.parametrize("slug", KINDS)
def test_I9_what_is_exported_imports_without_a_change(slug):
    transfer = transfer_by_slug(slug)
    make_one_of_each()
    counts, refusals = run(transfer, b"".join(csv_pieces(Export(transfer))))
    assert (counts.unchanged, refusals) == (transfer.model._default_manager.count(), [])
    assert counts.unchanged > 0


@pytest.mark.parametrize("slug", KINDS)
def test_I9_a_record_changed_since_the_export_is_kept_from_the_file(slug):
    transfer = transfer_by_slug(slug)
    make_one_of_each()
    text = b"".join(csv_pieces(Export(transfer, names=tuple(c.column_name for c in transfer.resource.columns()))))
    first = next(csv.DictReader(io.StringIO(text.decode(), newline="")))
    record = transfer.model._default_manager.earliest("pk")  # files are written in this order
    assert run(transfer, text)[1] == []
    other = 77 if CHANGED[slug] == "position" else "Another"
    transfer.model._default_manager.filter(pk=record.pk).update(**{CHANGED[slug]: other})
    (refusal,) = run(transfer, text)[1]
    assert (refusal.line, refusal.column, refusal.value) == (2, "Version", first["Version"])
    assert run(transfer, re.sub(rb",[0-9]+(\r?\n)", rb",\1", text, count=1))[1] == []


@pytest.mark.parametrize("slug", KINDS)
def test_every_column_has_a_help_and_a_name_of_its_own(slug):
    columns = transfer_by_slug(slug).resource.columns()
    words = [word.casefold() for column in columns for word in (column.column_name, *column.aliases)]
    assert [column.column_name for column in columns if not column.help] == []
    assert len(words) == len(set(words))


@pytest.mark.parametrize("slug", KINDS)
def test_the_document_names_every_column_with_its_aliases(slug):
    described = re.search(rf"<!-- {slug} -->\n(.*?)\n\n", DOCUMENT.read_text(), re.DOTALL)[1]
    rows = [line.strip().strip("|").split("|") for line in described.splitlines()[2:]]
    known = {(name.strip(), *filter(None, map(str.strip, aliases.split(",")))) for name, aliases, _meaning in rows}
    assert known == {(c.column_name, *c.aliases) for c in transfer_by_slug(slug).resource.columns() if not c.on_demand}


@pytest.mark.parametrize("slug", KINDS)
@pytest.mark.parametrize("action", ["import", "export"])
def test_who_may_move_files_may_move_every_kind(slug, action):
    permission = transfer_by_slug(slug).permission(action)
    assert permission in FILES
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
