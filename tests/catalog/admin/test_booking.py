"""Booking stock by hand: once, whole, with a name."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from catalog.models import StockLevel, StockMovement
from foundation.ui.links import record_url
from tests.factories import ProductFactory, UserFactory, WarehouseFactory

pytestmark = pytest.mark.django_db
Kind = StockMovement.Kind


@pytest.fixture
def url(chai):
    return reverse("admin:catalog_product_book_stock", args=[chai.pk])


@pytest.fixture
def form(boss, url, main, chai):
    """What a browser would send of a form opened now."""

    def form(**values):
        key = re.search(r'name="key" value="([^"]+)"', boss.get(url).text)[1]
        empty = {"kind": "receipt", "warehouse": main.pk, "unit": chai.unit_id, "note": ""}
        return {"key": key, **empty, **values}

    return form


def level():
    return [level.quantity for level in StockLevel.objects.all()]


def test_a_second_click_books_once(boss, url, form):
    data = form(quantity="5", note="Delivery 17")
    first, second = boss.post(url, data, follow=True), boss.post(url, data, follow=True)
    assert "Booked: +5 items, Main." in first.text
    assert "This was booked already" in second.text
    movement = StockMovement.objects.get()
    assert (movement.quantity, movement.note, movement.booked_by.name) == (5, "Delivery 17", "Ruth Root")


def test_a_count_books_the_difference(boss, url, form, book):
    book(5, "a")
    data = form(kind="count", quantity="3")
    boss.post(url, data)
    assert (level(), StockMovement.objects.first().quantity) == ([3], -2)
    book(4, "b")
    assert "This was booked already" in boss.post(url, data, follow=True).text
    assert level() == [7]


def test_a_count_of_what_is_there_books_nothing(boss, url, form, book):
    book(5, "a")
    assert "there was nothing to book" in boss.post(url, form(kind="count", quantity="5"), follow=True).text
    assert StockMovement.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "issue", "quantity": "3"}, "would fall to -1 item"),
        ({"quantity": "0"}, "Nothing can only be counted"),
        ({"quantity": "1.5"}, "is counted in whole numbers"),
        ({"quantity": "-1"}, "greater than or equal to 0"),
        ({"quantity": "1", "kind": "imported_order"}, "Select a valid choice"),
        ({"quantity": "1", "key": "made up"}, "This form is too old"),
    ],
)
def test_what_cannot_be_is_refused_in_words(boss, url, form, book, values, sentence):
    book(2, "a")
    assert sentence in boss.post(url, form(**values)).text
    assert level() == [2]


def test_a_form_is_for_one_product_and_one_person(boss, form, book):
    other = ProductFactory()
    data = form(quantity="5", unit=other.unit_id)
    answer = boss.post(reverse("admin:catalog_product_book_stock", args=[other.pk]), data)
    assert "This form is too old" in answer.text
    assert level() == []


def test_who_may_only_look_books_nothing(client, chai, url, main):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_product", "view_stocklevel"]))
    client.force_login(user)
    assert client.post(url, {}).status_code == 403
    page = client.get(record_url(chai)).text
    assert ("panel-stock" in page, 'name="quantity"' in page) == (True, False)


def test_the_products_page_shows_warehouses_and_last_movements(boss, book, chai):
    book(12, "a", note="First delivery")
    book(-2, "b", Kind.ISSUE)
    html = boss.get(record_url(chai)).text
    for part in ("<strong>10 items</strong>", "First delivery", "\N{MINUS SIGN}2", 'name="quantity"'):
        assert part in html


def test_the_history_says_what_lay_there_after_each_movement_whatever_is_filtered(boss, book, chai, main):
    book(12, "a")
    book(-2, "b", Kind.ISSUE)
    book(7, "c", warehouse=WarehouseFactory())
    book(1, "d", Kind.RETURN)
    url = reverse("admin:catalog_product_stock_history", args=[chai.pk])

    def shown(**parameters):
        return [(line.amount, line.level) for line in boss.get(url, parameters).context["lines"]]

    minus = "\N{MINUS SIGN}2"
    assert shown() == [("+1", "11"), ("+7", "7"), (minus, "10"), ("+12", "12")]
    assert shown(warehouse=main.pk) == [("+1", "11"), (minus, "10"), ("+12", "12")]
    assert shown(warehouse=main.pk, kind="return") == [("+1", "11")]
    assert shown(warehouse="x", kind="?", page="99") == shown()


@pytest.mark.parametrize("count", [1, 50])
def test_the_history_asks_a_constant_number_of_queries(boss, book, chai, count, django_assert_max_num_queries):
    for number in range(count):
        book(1, str(number))
    url = reverse("admin:catalog_product_stock_history", args=[chai.pk])
    boss.get(url)
    with django_assert_max_num_queries(9):
        boss.get(url)
