"""The catalogue of the demo company is whole, and there is something to look at."""

import pytest
from django.db import connection

from catalog.demo import catalogue_make
from catalog.models import Category, Price, Product, StockLevel
from catalog.selectors.stock import below_zero, low
from catalog.services.stock import stock_mismatches
from tests.factories import PriceListFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_it_has_stock_prices_and_something_that_needs_a_person(django_assert_max_num_queries):
    lists = [PriceListFactory(currencies=["EUR", "PLN"]), PriceListFactory()]
    with django_assert_max_num_queries(60):
        made = catalogue_make(price_lists=lists, actor=UserFactory())
    connection.check_constraints()
    assert made == Product.objects.count() >= 58
    assert Category.objects.exclude(parent=None).count() == 8
    assert Price.objects.filter(price_list=lists[0]).count() == made * 6
    assert StockLevel.objects.values("warehouse").distinct().count() == 2
    products = Product.objects.all()
    assert (low(products).exists(), below_zero(products).count(), list(stock_mismatches())) == (True, 3, [])
    for product in products:
        product.full_clean()
