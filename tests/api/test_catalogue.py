"""The catalogue in the API: products with their parts, stock that is booked once, prices in force."""

from decimal import Decimal

import pytest

from catalog.models import PriceListSchedule, Product, StockLevel, StockMovement
from catalog.services.stock import Booking, stock_book
from tests.api.conftest import caller_of
from tests.factories import (
    CategoryFactory,
    PriceFactory,
    PriceListFactory,
    ProductFactory,
    ProductUnitFactory,
    UnitFactory,
    WarehouseFactory,
)

pytestmark = pytest.mark.django_db
PRODUCTS, MOVEMENTS, PRICES = "/api/v1/products/", "/api/v1/stock-movements/", "/api/v1/prices/"


def ids(answer):
    return [row["id"] for row in answer.json()["results"]]


def test_adds_a_product_and_shows_its_parts(api):
    unit, kilo = UnitFactory(code="item"), UnitFactory(code="kg")
    made = api.post(PRODUCTS, {"sku": "A-1", "name": "Chai", "unit": unit.pk, "ean": "4006381333931"}).json()
    api.post("/api/v1/product-units/", {"product": made["id"], "unit": kilo.pk, "conversion_rate": "0.5"})
    api.post("/api/v1/product-names/", {"product": made["id"], "language": "de", "name": "Tee"})
    api.post("/api/v1/product-images/", {"product": made["id"], "url": "https://shop.example/chai.jpg"})
    shown = api.get(f"{PRODUCTS}{made['id']}/").json()
    assert (shown["units"][0]["unit"], shown["units"][0]["conversion_rate"]) == (kilo.pk, "0.500000")
    assert (shown["names"][0]["name"], shown["images"][0]["url"]) == ("Tee", "https://shop.example/chai.jpg")


def test_a_wrong_ean_is_refused_with_its_sentence(api):
    problem = api.post(PRODUCTS, {"name": "Chai", "unit": UnitFactory().pk, "ean": "4006381333932"}).json()
    assert [error["pointer"] for error in problem["errors"]] == ["/ean"]
    assert not Product.objects.exists()


def test_products_are_found_by_words_and_branch(api):
    branch = CategoryFactory()
    tea = ProductFactory(name="Green tea", category=CategoryFactory(parent=branch))
    ProductFactory(name="Coffee", category=CategoryFactory())
    assert ids(api.get(PRODUCTS, {"search": "GREEN"})) == [tea.pk]
    assert ids(api.get(PRODUCTS, {"category_below": branch.pk})) == [tea.pk]
    assert ids(api.get(PRODUCTS, {"category_below": 10**30})) == []


def test_products_are_found_by_what_there_is_of_them(api):
    product, warehouse = ProductFactory(low_stock_at=5), WarehouseFactory()
    box = ProductUnitFactory(product=product, conversion_rate=6).unit
    kind = StockMovement.Kind.RECEIPT
    stock_book(bookings=[Booking(product, warehouse, Decimal(5), kind, "a")])
    assert ids(api.get(PRODUCTS, {"low_stock": "true"})) == [product.pk]
    stock_book(bookings=[Booking(product, warehouse, Decimal(1), kind, "b", unit=box)])
    assert ids(api.get(PRODUCTS, {"low_stock": "true"})) == []
    stock_book(bookings=[Booking(product, warehouse, Decimal(-9), StockMovement.Kind.IMPORTED_ORDER, "c")])
    assert ids(api.get(PRODUCTS, {"below_zero": "true"})) == [product.pk]


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_of_products_asks_a_constant_number_of_queries(api, count, django_assert_max_num_queries):
    for unit in ProductUnitFactory.create_batch(count):
        unit.product.images.create(url="https://shop.example/a.jpg")
    api.get(PRODUCTS)
    with django_assert_max_num_queries(11):
        assert len(api.get(PRODUCTS).json()["results"]) == count


def test_the_same_key_is_booked_once(api, office):
    product, warehouse = ProductFactory(), WarehouseFactory()
    body = {"product": product.pk, "warehouse": warehouse.pk, "quantity": "5", "kind": "receipt", "key": "scan-1"}
    first, second = api.post(MOVEMENTS, body), api.post(MOVEMENTS, body)
    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    assert (StockLevel.objects.get().quantity, StockMovement.objects.get().booked_by) == (5, office)
    other = api.post(MOVEMENTS, body | {"quantity": "6"})
    assert (other.status_code, StockLevel.objects.get().quantity) == (409, 5)


def test_what_is_not_there_cannot_leave(api):
    body = {"product": ProductFactory().pk, "warehouse": WarehouseFactory().pk, "kind": "issue", "key": "scan-1"}
    answer = api.post(MOVEMENTS, body | {"quantity": "-1"})
    assert (answer.status_code, "would fall to -1" in answer.json()["errors"][0]["detail"]) == (400, True)
    assert not StockMovement.objects.exists()


@pytest.mark.parametrize("path", ["stock-levels", "stock-movements"])
def test_stock_is_never_changed_or_deleted(api, path):
    booking = Booking(ProductFactory(), WarehouseFactory(), Decimal(5), StockMovement.Kind.RECEIPT, "a")
    stock_book(bookings=[booking])
    key = ids(api.get(f"/api/v1/{path}/"))[0]
    for call in (api.put, api.patch, api.delete):
        assert call(f"/api/v1/{path}/{key}/", {}, HTTP_IF_MATCH='"1"').status_code == 405


def test_prices_are_those_of_the_edition_in_force(api):
    price_list = PriceListFactory()
    PriceFactory(price_list=price_list, value=1)
    price_list.edition = 2
    price_list.save()
    product = ProductFactory()
    body = {"price_list": price_list.pk, "product": product.pk, "unit": product.unit_id, "currency": "EUR"}
    assert api.post(PRICES, body | {"value": "9.90"}).status_code == 201
    assert [row["value"] for row in api.get(PRICES, {"price_list": price_list.pk}).json()["results"]] == ["9.9000"]
    twice = api.post(PRICES, body | {"value": "9.90"})
    assert (twice.status_code, "duplication" in twice.json()["errors"][0]["detail"]) == (400, True)


def test_schedules_of_a_list_do_not_overlap(api):
    path, body = "/api/v1/price-list-schedules/", {"price_list": PriceListFactory().pk}
    assert api.post(path, body | {"active_at": "2026-01-01T00:00:00Z"}).status_code == 201
    answer = api.post(path, body | {"active_at": "2026-06-01T00:00:00Z"})
    assert answer.json()["errors"][0]["detail"] == "Price list schedule segments should not intersect"
    assert PriceListSchedule.objects.count() == 1


def test_products_and_prices_have_scopes_of_their_own(office):
    reader = caller_of(office, ["products:read"])
    assert (reader.get(PRODUCTS).status_code, reader.get(PRICES).status_code) == (200, 403)
    assert reader.post(MOVEMENTS, {}).status_code == 403


def test_a_schedule_that_ends_before_it_begins_is_refused_in_words(api):
    body = {"price_list": PriceListFactory().pk, "active_at": "2026-02-01T00:00Z", "deactivate_at": "2026-01-01T00:00Z"}
    problem = api.post("/api/v1/price-list-schedules/", body).json()
    assert [(e["pointer"], e["detail"]) for e in problem["errors"]] == [
        ("/deactivate_at", "A schedule begins before it ends.")
    ]


def test_a_program_books_no_reversal(api):
    body = {"product": ProductFactory().pk, "warehouse": WarehouseFactory().pk, "quantity": -5, "key": "a"}
    problem = api.post(MOVEMENTS, body | {"kind": "reversal"})
    assert (problem.status_code, problem.json()["errors"][0]["pointer"]) == (400, "/kind")


@pytest.mark.parametrize("key", ["import:39:2", "undo:import:39:2", "form:x"])
def test_a_program_takes_no_key_of_the_hubs_own(api, key):
    body = {"product": ProductFactory().pk, "warehouse": WarehouseFactory().pk, "quantity": 5, "kind": "receipt"}
    problem = api.post(MOVEMENTS, body | {"key": key})
    assert (problem.status_code, problem.json()["errors"][0]["pointer"]) == (400, "/key")


@pytest.mark.parametrize(("address", "name"), [(PRODUCTS, "low_stock"), ("/api/v1/price-lists/", "is_active")])
def test_a_flag_that_is_neither_true_nor_false_is_refused(api, address, name):
    assert api.get(address, {name: "false"}).status_code == 200
    assert api.get(address, {name: "maybe"}).json()["errors"][0]["detail"] == "Say true or false."


def test_a_price_stays_in_its_list(api):
    price = PriceFactory()
    other = PriceListFactory()
    moved = api.patch(f"{PRICES}{price.pk}/", {"price_list": other.pk}, headers={"If-Match": '"1"'})
    assert moved.json()["errors"][0]["detail"] == "A price stays in its list: delete it here and add it there."
