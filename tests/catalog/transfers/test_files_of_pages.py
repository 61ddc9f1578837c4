"""Ways to files that only some pages of the catalogue have."""

import pytest
from django.urls import reverse

from catalog.models import PriceList
from tests.catalog.transfers.records import make_named, make_one_of_each

pytestmark = pytest.mark.django_db


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
