"""What the database holds of the catalogue, past every form."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models.expressions import RawSQL
from hypothesis import given
from hypothesis import strategies as st

from catalog.eans import check_digit, validate_ean
from catalog.models import Category, Price, PriceListSchedule, Product, ProductImage, ProductName, ProductUnit
from foundation.changes.refusals import refusals, sentence_of
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, ProductUnitFactory, UnitFactory

NAN = RawSQL("'NaN'::numeric", [])  # as a bulk write might bring it
pytestmark = pytest.mark.django_db


def refused(write):
    """Name of the rule that a write breaks."""

    def now():
        write()
        connection.check_constraints()

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        now()
    return caught.value.__cause__.diag.constraint_name


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"sku": " A"}, "product_sku_trimmed"),
        ({"name": ""}, "product_name_trimmed"),
        ({"ean": "4006381333932"}, "product_ean_valid"),
        ({"ean": "12345"}, "product_ean_valid"),
        ({"vat_rate": 101}, "product_vat_rate_sane"),
        ({"unit_precision": 5}, "product_precision_sane"),
        ({"weight": -1}, "product_weight_not_negative"),
        ({"low_stock_at": -1}, "product_low_stock_at_not_negative"),
        ({"type": "odd"}, "product_type_known"),
        ({"status": "odd"}, "product_status_known"),
        ({"inventory_status": "odd"}, "product_inventory_status_known"),
    ],
)
def test_a_product_is_refused(changes, rule):
    product = ProductFactory()
    assert refused(lambda: Product.objects.filter(pk=product.pk).update(**changes)) == rule


def test_a_sku_is_unique_ignoring_case_where_there_is_one():
    ProductFactory(sku="A-1")
    ProductFactory.create_batch(2, sku="")
    assert refused(lambda: ProductFactory(sku="a-1")) == "product_sku_unique"


@given(body=st.text("0123456789", min_size=7, max_size=13).filter(lambda text: len(text) in (7, 11, 12, 13)))
def test_the_database_and_the_form_agree_on_eans(body):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(digit::text) FROM generate_series(0, 9) digit WHERE catalog_ean_valid(%s || digit)",
            [body],
        )
        assert cursor.fetchone()[0] == [check_digit(body)]


@pytest.mark.parametrize("ean", ["4006381333931", "96385074", "036000291452"])
def test_real_eans_pass(ean):
    validate_ean(ean)
    assert ProductFactory(ean=ean).pk


def test_a_wrong_check_digit_is_said_with_the_right_one():
    with pytest.raises(ValidationError, match="last digit of this EAN should be 1"):
        validate_ean("4006381333932")


def test_categories_form_no_circle_and_names_are_unique_in_their_place():
    top = Category.objects.create(name="Top")
    below = Category.objects.create(name="Below", parent=top)
    assert refused(lambda: Category.objects.filter(pk=top.pk).update(parent=below)) == "category_tree_has_no_cycle"
    assert refused(lambda: Category.objects.filter(pk=top.pk).update(parent=top)) == "category_not_own_parent"
    assert refused(lambda: Category.objects.create(name="TOP")) == "category_name_unique"
    assert Category.objects.create(name="Top", parent=below).pk


def test_a_circle_of_categories_is_said_by_their_names():
    top = Category.objects.create(name="Top")
    below = Category.objects.create(name="Below", parent=top)
    top.parent = below
    with (
        pytest.raises(ValidationError, match="'Below' cannot be a parent of 'Top' because it is its child"),
        refusals(),
    ):
        top.save()


def test_a_further_unit_is_another_than_the_primary_one():
    product = ProductFactory()
    assert refused(lambda: ProductUnitFactory(product=product, unit=product.unit)) == "product_unit_differs"
    further = ProductUnitFactory(product=product)
    assert refused(lambda: Product.objects.update(unit=further.unit)) == "product_unit_differs"


def test_a_unit_with_prices_stays():
    further = ProductUnitFactory()
    PriceFactory(product=further.product, unit=further.unit)
    assert refused(lambda: ProductUnit.objects.all().delete()) == "product_unit_in_use"
    PriceFactory(product=further.product)
    assert refused(lambda: Product.objects.update(unit=UnitFactory())) == "product_unit_in_use"


def test_primary_and_further_unit_change_places_in_one_transaction():
    further = ProductUnitFactory()
    product, primary = further.product, further.product.unit
    PriceFactory(product=product, unit=primary)
    PriceFactory(product=product, unit=further.unit)
    with transaction.atomic():
        further.delete()
        Product.objects.filter(pk=product.pk).update(unit=further.unit)
        ProductUnitFactory(product=product, unit=primary)
        connection.check_constraints()
    assert Price.objects.count() == 2


def test_a_product_goes_with_its_units_and_prices():
    further = ProductUnitFactory()
    PriceFactory(product=further.product, unit=further.unit)
    ProductName.objects.create(product=further.product, language="de", name="Schiff")
    further.product.delete()
    connection.check_constraints()
    assert Price.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"value": -1}, "price_value_not_negative"),
        ({"value": NAN}, "price_value_not_negative"),
        ({"quantity": -1}, "price_quantity_not_negative"),
        ({"quantity": NAN}, "price_quantity_not_negative"),
        ({"currency": "USD"}, "price_currency_of_list"),
    ],
)
def test_a_price_is_refused(changes, rule):
    assert refused(lambda: PriceFactory(**changes)) == rule


def test_a_price_is_in_a_unit_of_its_product():
    with pytest.raises(IntegrityError) as caught:
        PriceFactory(product__sku="A", unit=UnitFactory(code="set"))
    assert sentence_of(caught.value).startswith('Unit "set" is not allowed for product "A')


def test_one_and_one_point_zero_are_the_same_tier():
    price = PriceFactory(quantity="1")
    again = {"price_list": price.price_list, "product": price.product}
    assert refused(lambda: PriceFactory(quantity="1.0000", **again)) == "price_once"
    assert PriceFactory(quantity="1.0000", edition=2, **again).pk


def test_a_list_keeps_the_currencies_it_has_prices_in():
    prices = PriceListFactory(currencies=["EUR", "PLN"])
    PriceFactory(price_list=prices, currency="PLN")
    prices.currencies = ["EUR"]
    with pytest.raises(ValidationError, match="has prices in PLN"), refusals():
        prices.save()


def day(number):
    return datetime(2026, 1, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second", "meet"),
    [
        ((1, 5), (5, 9), False),
        ((1, 5), (4, 9), True),
        ((None, 5), (5, None), False),
        ((None, None), (3, 4), True),
        ((1, 9), (3, 4), True),
    ],
)
def test_schedules_of_a_list_do_not_meet(first, second, meet):
    prices, other = PriceListFactory(), PriceListFactory()

    def plan(span, of=prices):
        start, end = (number and day(number) for number in span)
        return PriceListSchedule(price_list=of, active_at=start, deactivate_at=end)

    plan(first).save()
    plan(second, other).save()
    if not meet:
        plan(second).full_clean()
        plan(second).save()
        return
    assert refused(plan(second).save) == "pricelistschedule_apart"
    with pytest.raises(ValidationError, match="Price list schedule segments should not intersect"):
        plan(second).full_clean()


def test_a_schedule_begins_before_it_ends():
    schedule = PriceListSchedule(price_list=PriceListFactory(), active_at=day(2), deactivate_at=day(2))
    assert refused(schedule.save) == "pricelistschedule_begins_first"


def test_names_and_pictures_keep_their_form():
    product = ProductFactory()
    assert refused(lambda: ProductName.objects.create(product=product, language="DE", name="x")) == (
        "productname_language_shape"
    )
    assert refused(lambda: ProductImage.objects.create(product=product, url="ftp://x")) == "productimage_url_web"
