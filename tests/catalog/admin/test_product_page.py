"""The page of a product."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import PriceList, ProductName
from foundation.ui.links import record_url
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, ProductUnitFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def chai():
    unit = UnitFactory(code="box", name="box", plural="boxes")
    return ProductFactory(sku="A-1", name="Chai", unit=unit, weight="1.250", ean="4006381333931")


def text_of(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.text).split())


def test_says_what_a_product_is(boss, chai):
    ProductUnitFactory(product=chai, unit__code="pallet", conversion_rate="40")
    ProductName.objects.create(product=chai, language="de", name="Tee")
    shown = text_of(boss.get(record_url(chai)))
    for part in ("SKU A-1", "Units box, pallet = 40 boxes", "Weight 1.25 kg", "EAN 4006381333931", "de Tee"):
        assert part in shown


def test_says_what_it_costs_in_which_list(boss, chai):
    net, old = PriceListFactory(name="Net"), PriceListFactory(name="Old", is_active=False)
    for prices, quantity, value in ((net, 1, "24.9"), (net, 10, "22"), (old, 1, "30")):
        PriceFactory(price_list=prices, product=chai, quantity=quantity, value=value, currency="EUR")
    PriceList.objects.filter(pk=old.pk).update(edition=2)
    PriceFactory(price_list=old, edition=2, product=chai, value="31", currency="EUR")
    shown = text_of(boss.get(record_url(chai)))
    assert "Net 1 box 24.90 EUR Net 10 boxes 22.00 EUR Old not in force 1 box 31.00 EUR" in shown


def test_asks_the_same_however_many_prices_there_are(boss, chai):
    def queries(number):
        for _one in range(number):
            PriceFactory(price_list=PriceListFactory(), product=chai)
        with CaptureQueriesContext(connection) as caught:
            assert boss.get(record_url(chai)).status_code == 200
        return len(caught)

    queries(3)
    assert queries(0) == queries(15)


def test_the_list_leads_to_it(boss, chai):
    page = reverse("admin:catalog_product_overview", args=[chai.pk])
    assert (page in boss.get(reverse("admin:catalog_product_changelist")).text, record_url(chai)) == (True, page)
