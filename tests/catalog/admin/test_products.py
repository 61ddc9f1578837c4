"""The list of products says what there is and what it costs, at a constant number of queries."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import PriceListSchedule, Product, StockMovement
from tests.factories import (
    CategoryFactory,
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
    SystemPriceListFactory,
    UnitFactory,
    UserFactory,
    WarehouseFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/catalog/product/"


@pytest.fixture
def names(boss):
    """Names of the products a list with these parameters shows."""

    def names(**parameters):
        shown = boss.get(reverse("admin:catalog_product_changelist"), parameters)
        return [product.name for product in shown.context["cl"].result_list]

    return names


def test_stock_is_added_up_in_the_primary_unit(boss, book, chai):
    box = ProductUnitFactory(product=chai, conversion_rate=6, unit=UnitFactory(code="box")).unit
    book(5, "a")
    book(2, "b", unit=box)
    book(1, "c", warehouse=WarehouseFactory(code="NORTH"))
    html = boss.get(reverse("admin:catalog_product_changelist")).text
    assert "<strong>18 items</strong>" in html
    assert "MAIN 17 · NORTH 1" in html


def test_what_a_person_should_notice_is_marked(boss, book, chai):
    chai.low_stock_at = 5
    chai.save()
    book(-2, "a", StockMovement.Kind.IMPORTED_ORDER)
    html = boss.get(reverse("admin:catalog_product_changelist")).text
    assert 'hub-bad">below zero' in html
    assert 'hub-warning">low' in html


def test_the_price_is_the_lowest_for_everybody_in_force(boss, chai):
    general, other, over = PriceListFactory.create_batch(3)
    for price_list in (general, over):
        SystemPriceListFactory(price_list=price_list)
    PriceListSchedule.objects.create(price_list=over, deactivate_at=timezone.now() - timedelta(days=1))
    for price_list, value in ((general, "9.9"), (other, 1), (over, 2)):
        PriceFactory(price_list=price_list, product=chai, value=Decimal(value))
    PriceFactory(price_list=general, edition=7, product=chai, value=3)
    assert "9.90 EUR" in boss.get(reverse("admin:catalog_product_changelist")).text


def test_without_a_general_price_the_lists_are_counted(boss, chai):
    PriceFactory(product=chai)
    PriceFactory(product=chai)
    assert "in 2 lists" in boss.get(reverse("admin:catalog_product_changelist")).text


@pytest.mark.parametrize("words", ["a-1", "CHA", "40063", "chai a-1"])
def test_is_found_by_sku_name_and_ean(names, chai, words):
    Product.objects.filter(pk=chai.pk).update(ean="4006381333931")
    ProductFactory(name="Tofu")
    assert names(q=words) == ["Chai"]


def test_filters_answer_questions(names, book, chai, main):
    branch = CategoryFactory()
    chai.category, chai.low_stock_at = CategoryFactory(parent=branch), 5
    chai.save()
    ProductFactory(name="Tofu", status="disabled")
    book(5, "a")
    assert names(branch=branch.pk) == names(stock="low") == names(warehouse=main.pk) == ["Chai"]
    assert names(branch="none") == names(stock="none") == names(status__exact="disabled") == ["Tofu"]
    assert names(stock="below_zero") == []
    book(-6, "b", StockMovement.Kind.IMPORTED_ORDER)
    assert names(stock="below_zero") == ["Chai"]


@pytest.mark.parametrize("count", [1, 50])
def test_I9_the_list_asks_a_constant_number_of_queries(boss, book, main, count, django_assert_max_num_queries):
    general = SystemPriceListFactory().price_list
    for number in range(count - 1):
        product = ProductFactory(category=CategoryFactory())
        product.images.create(url="https://shop.example/a.jpg")
        PriceFactory(price_list=general, product=product)
        book(1, str(number), product=product)
    boss.get(reverse("admin:catalog_product_changelist"))
    with django_assert_max_num_queries(12):
        boss.get(reverse("admin:catalog_product_changelist"))


def test_pictures_of_other_servers_may_be_shown_here_and_not_elsewhere(boss, chai):
    chai.images.create(url="https://shop.example/chai.jpg")
    answer = boss.get(reverse("admin:catalog_product_changelist"))
    assert 'src="https://shop.example/chai.jpg"' in answer.text
    assert "https:" in answer["Content-Security-Policy"]
    assert "https:" not in boss.get(reverse("admin:index"))["Content-Security-Policy"]


def test_several_products_are_disabled_after_a_question(boss, chai):
    url, data = reverse("admin:catalog_product_changelist"), {"action": "disable", "_selected_action": [chai.pk]}
    assert "1 product is chosen." in boss.post(url, data).text
    assert Product.objects.get().status == "enabled"
    boss.post(url, data | {"confirmed": "yes"})
    assert Product.objects.get().status == "disabled"


def test_a_unit_with_stock_cannot_be_taken_away_and_the_form_says_why(boss, book, chai):
    book(5, "a")
    url = reverse("admin:catalog_product_change", args=[chai.pk])
    parts = {f"{name}-{what}_FORMS": 0 for name in ("units", "names", "images") for what in ("TOTAL", "INITIAL")}
    values = {"sku": "A-1", "name": "Chai", "type": "simple", "status": "enabled", "inventory_status": "in_stock"}
    answer = boss.post(url, {**parts, **values, "unit": UnitFactory().pk, "unit_precision": 0})
    assert "has prices or stock in the unit" in answer.text
    assert Product.objects.get().unit == chai.unit


def test_who_may_not_see_products_is_refused(client):
    client.force_login(UserFactory())
    assert client.get(reverse("admin:catalog_product_changelist")).status_code == 403
