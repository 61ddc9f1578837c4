"""Kinds of file that are found on the list of another record: further units and names on that of products."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.models import ProductUnit
from foundation.jobs.testing import run_pending
from foundation.transfers.models import ImportRun
from tests.factories import ProductFactory, ProductUnitFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
FORM = {"scope": "all", "profile": "hub", "file_format": "csv", "columns": ["SKU", "Unit Code"]}


def address(page, slug="product-units"):
    return reverse(f"admin:catalog_product_{page}_of", args=[slug])


def rows_of(answer):
    return [row["SKU"] for row in csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline=""))]


@pytest.fixture
def office(client, admin_user):
    client.force_login(admin_user)


def test_further_units_are_imported_from_the_list_of_products(client, office):
    ProductFactory(sku="P1")
    UnitFactory(code="box")
    file = io.BytesIO(b"SKU,Unit Code,Conversion Rate\nP1,box,6\n")
    file.name = "units.csv"
    answer = client.post(address("import_button"), {"file": file})
    run = ImportRun.objects.get()
    assert (answer.url, run.what) == (run.get_absolute_url(), "product-units")
    run_pending()
    assert f'href="{address("import_button")}"' in client.get(run.get_absolute_url()).text


def test_an_export_of_further_units_knows_how_the_list_of_products_is_filtered(client, office):
    for sku, status in (("P1", "enabled"), ("P2", "disabled")):
        ProductUnitFactory(product=ProductFactory(sku=sku, status=status), unit=UnitFactory())
    assert rows_of(client.post(address("export_button"), FORM)) == ["P1", "P2"]
    filtered = f"{address('export_button')}?status__exact=disabled"
    assert "Status: disabled" in client.get(filtered).text
    assert rows_of(client.post(filtered, FORM | {"scope": "filtered"})) == ["P2"]
    assert ProductUnit.objects.count() == 2


def test_the_pages_name_each_other_and_keep_the_filter(client, office):
    page = client.get(reverse("admin:catalog_product_export_button"), {"q": "paper"}).text
    assert f'href="{address("export_button", "product-names")}?q=paper"' in page
    assert f'href="{reverse("admin:catalog_product_export_button")}?q=paper" aria-current="page"' in page


@pytest.mark.parametrize("page", ["import_button", "export_button", "template_csv", "template_xlsx"])
def test_S1_who_may_not_move_products_by_file_may_not_move_their_units(client, page):
    reader = UserFactory()
    reader.user_permissions.set(Permission.objects.filter(codename="view_product"))
    client.force_login(reader)
    assert client.get(address(page)).status_code == 403


@pytest.mark.parametrize("slug", ["customers", "nothing"])
def test_another_kind_of_file_is_not_found_here(client, office, slug):
    assert client.get(address("import_button", slug)).status_code == 404


def test_statuses_of_the_inventory_are_beside_the_levels(client, office):
    page = client.get(reverse("admin:catalog_stocklevel_import_button")).text
    assert reverse("admin:catalog_stocklevel_import_button_of", args=["inventory-statuses"]) in page
