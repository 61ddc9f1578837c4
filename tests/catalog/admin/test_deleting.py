"""The page that asks before a deletion: in counts, however much hangs on the record."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Price, StockMovement
from catalog.services.stock import Booking, stock_book
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, UserFactory, WarehouseFactory

pytestmark = pytest.mark.django_db


def ask(client, record):
    return client.get(reverse(f"admin:catalog_{record._meta.model_name}_delete", args=[record.pk]))


def book(product, warehouse, number):
    kind = StockMovement.Kind.RECEIPT
    stock_book(bookings=[Booking(product, warehouse, Decimal(1), kind, f"{product.pk}-{n}") for n in range(number)])


@pytest.fixture
def boss(client, admin_user):
    client.force_login(admin_user)
    return client


def test_what_keeps_a_record_is_counted(boss):
    product, warehouse = ProductFactory(), WarehouseFactory()
    book(product, warehouse, 2)
    for record in (product, warehouse, product.unit):
        page = ask(boss, record).text
        assert "would require deleting the following protected related objects" in page
        assert ("2 stock movements" in page, "1 stock level" in page) == (True, True)


def test_what_goes_along_is_counted_and_goes(boss):
    prices = PriceListFactory()
    PriceFactory.create_batch(3, price_list=prices)
    page = ask(boss, prices)
    assert "3 prices" in page.text
    boss.post(page.request["PATH_INFO"], {"post": "yes"})
    assert not Price.objects.exists()


def test_the_question_costs_the_same_however_much_hangs_on_it(boss):
    def queries(number):
        product = ProductFactory()
        book(product, WarehouseFactory(), number)
        with CaptureQueriesContext(connection) as caught:
            assert ask(boss, product).status_code == 200
        return len(caught)

    queries(10)
    assert queries(10) == queries(50)


def test_who_may_not_delete_what_goes_along_is_told_so(client):
    person = UserFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="delete_pricelist"))
    client.force_login(person)
    prices = PriceFactory().price_list
    assert "your account doesn&#x27;t have permission" in ask(client, prices).text.replace("'", "&#x27;")
    client.post(reverse("admin:catalog_pricelist_delete", args=[prices.pk]), {"post": "yes"})
    assert Price.objects.exists()
