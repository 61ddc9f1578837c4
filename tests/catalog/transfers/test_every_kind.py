"""What holds for every kind of file of the catalogue."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from catalog.access import FILES
from catalog.models import PriceList
from foundation.changes.recording import recording
from foundation.identity.roles import Role, role_permissions
from foundation.jobs.services import run_here
from foundation.transfers.admin.base import PAGES, file_page_url
from foundation.transfers.engine.testing import import_table
from foundation.transfers.exporting.csv_file import csv_pieces
from foundation.transfers.exporting.export import Export
from foundation.transfers.exporting.templates import csv_template
from foundation.transfers.importing.preview import page_of
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.options import Options
from foundation.transfers.plain.tables import read_table
from foundation.transfers.registry import transfer_by_slug, transfers
from tests.catalog.transfers.records import make_named, make_one_of_each

pytestmark = pytest.mark.django_db
KINDS = [transfer.slug for transfer in transfers() if transfer.model._meta.app_label == "catalog"]
DOCUMENT = Path(__file__).parents[3] / "docs" / "imports-catalogue.md"


def options_for(transfer):
    into = PriceList.objects.earliest("pk").pk if transfer.resource.into else None
    return Options(create_missing=True, into=into)


def run(transfer, content):
    with recording():
        return import_table(transfer.resource(), read_table(io.BytesIO(content)), options_for(transfer))


@pytest.mark.parametrize("slug", KINDS)
def test_the_sample_row_of_the_data_template_comes_in(slug):
    transfer = transfer_by_slug(slug)
    make_named()
    counts, refusals = run(transfer, csv_template(transfer))
    assert (counts.new + counts.changed, refusals) == (1, [])


@pytest.mark.parametrize("slug", KINDS)
def test_I9_what_is_exported_imports_without_a_change(slug):
    transfer = transfer_by_slug(slug)
    make_one_of_each()
    counts, refusals = run(transfer, b"".join(csv_pieces(Export(transfer))))
    assert (counts.unchanged, refusals) == (transfer.model._default_manager.count(), [])
    assert counts.unchanged > 0


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


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_of_row_has_a_preview(slug):
    transfer = transfer_by_slug(slug)
    make_named()
    into = PriceList.objects.earliest("pk").pk if transfer.resource.into else None
    file, options = ContentFile(csv_template(transfer), name="x.csv"), Options(create_missing=True, into=into)
    run = run_create(transfer=transfer, file=file, name="x.csv", owner=None, options=options)
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    (row,) = page_of(run, "new", 1) + page_of(run, "changed", 1)
    assert row.line == 2
    assert row.name


def test_stock_has_a_second_template_and_a_second_export(client, admin_user):
    make_named()
    client.force_login(admin_user)
    template = client.get(reverse("admin:catalog_stocklevel_template_statuses"))
    export = client.get(reverse("admin:catalog_stocklevel_export_statuses"))
    header = b"SKU,Product,Inventory Status\n"
    assert template.content.replace(b"\r", b"").startswith(header)
    assert export.getvalue().replace(b"\r", b"").startswith(header + b"NW-1001,")


def test_a_price_list_leads_to_its_prices_by_file(client, admin_user):
    make_one_of_each()
    retail = PriceList.objects.get()
    client.force_login(admin_user)
    page = client.get(reverse("admin:catalog_pricelist_prices", args=[retail.pk]))
    assert f"{reverse('admin:catalog_price_import_button')}?into={retail.pk}" in page.text
    assert f"{reverse('admin:catalog_price_export_button')}?price_list__id__exact={retail.pk}" in page.text
