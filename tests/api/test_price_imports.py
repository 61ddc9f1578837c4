"""Prices by API: the list they go into is named beside the file."""

import pytest

from catalog.models import Price
from foundation.transfers.models import ImportRun
from tests.api.test_imports import done, errors_at, send
from tests.factories import PriceListFactory, ProductFactory, UnitFactory

pytestmark = pytest.mark.django_db(transaction=True)
PRICES = "Product SKU,Quantity,Unit Code,Price,Currency\nP1,1,item,9.5,EUR\n"


@pytest.fixture
def retail(db):
    ProductFactory(sku="P1", unit=UnitFactory(code="item"))
    return PriceListFactory(name="Retail", currencies=["EUR"])


@pytest.mark.parametrize("named", ["retail", "key"])
def test_prices_go_into_the_list_of_a_name_or_key(api, retail, named):
    into = str(retail.pk) if named == "key" else named
    shown = done(api, PRICES, what="prices", into=into, mode="import")
    assert (shown["state"], shown["counts"]["new"]) == ("applied", 1)
    assert list(Price.objects.values_list("price_list__name", "value")) == [("Retail", 9.5)]


@pytest.mark.parametrize(("into", "pointer"), [("", ""), ("Nowhere", "/into"), ("99999999", "/into")])
def test_prices_without_a_list_that_is_there_are_refused(api, retail, into, pointer):
    answer = send(api, PRICES, what="prices", into=into)
    assert (answer.status_code, list(errors_at(answer))) == (400, [pointer])
    assert not ImportRun.objects.exists()
