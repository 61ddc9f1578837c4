"""The pages on which people work with the prices of a list."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, Price, PriceList, PriceListSchedule
from foundation.changes.models import ChangeSet
from tests.customers.admin.conftest import allow, fields_of
from tests.factories import PriceFactory, PriceListFactory, ProductFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client, superuser):
    """A browser in which somebody who may do everything is signed in."""
    client.force_login(superuser)
    return client


@pytest.fixture
def anna():
    """A member of staff without any right."""
    return UserFactory(name="Anna")


@pytest.fixture
def retail():
    return PriceListFactory(name="Retail", currencies=["EUR", "PLN"])


def url(price_list, page="prices", *more):
    return reverse(f"admin:catalog_pricelist_{page}", args=[price_list.pk, *more])


def sent(*prices, **changes):
    """What the table sends for these rows; `changes` by `p<key>-<field>`, with a _ for the -."""
    data = {"row": [str(price.pk) for price in prices], "save": "1"}
    for price in prices:
        shown = {"quantity": f"{price.quantity:f}", "value": f"{price.value:f}"}
        data |= {f"p{price.pk}-{name}": value for name, value in shown.items()}
        data |= {f"initial-p{price.pk}-{name}": value for name, value in shown.items()}
        data[f"p{price.pk}-seen"] = str(price.version)
    return data | {name.replace("_", "-"): value for name, value in changes.items()}


@pytest.fixture
def chai(retail):
    price = PriceFactory(price_list=retail, product__sku="CHAI", product__name="Chai tea", value=10)
    price.refresh_from_db()
    return price


@pytest.fixture
def chang(retail):
    price = PriceFactory(price_list=retail, product__sku="CHANG", value=20, currency="PLN")
    price.refresh_from_db()
    return price


def skus(response):
    return re.findall(r'hub-sku">([^<]*)<', response.text)


def test_shows_the_prices_in_force_and_no_others(boss, retail, chai):
    PriceFactory()
    PriceFactory(price_list=retail, edition=2, product=chai.product)
    assert skus(boss.get(url(retail))) == ["CHAI"]


def test_filters_by_words_category_unit_and_currency(boss, retail, chai, chang):
    drinks = Category.objects.create(name="Drinks")
    teas = Category.objects.create(name="Teas", parent=drinks)
    chai.product.category = teas
    chai.product.save()
    for query in ({"q": "tea chai"}, {"category": drinks.pk}, {"unit": chai.unit_id}, {"currency": "EUR"}):
        assert skus(boss.get(url(retail), query)) == ["CHAI"], query
    assert "No price matches" in boss.get(url(retail), {"q": "coffee"}).text
    assert skus(boss.get(url(retail), {"currency": "XXX", "category": "x"})) == ["CHAI", "CHANG"]


def test_an_empty_list_says_what_to_do(boss, retail):
    assert "This list has no prices yet" in boss.get(url(retail)).text


def test_changes_and_deletes_in_the_rows_as_one_set(boss, retail, chai, chang):
    data = sent(chai, chang, **{f"p{chai.pk}_value": "11.5", f"p{chang.pk}_gone": "on"})
    response = boss.post(url(retail), data, follow=True)
    assert "Saved: 1 changed, 1 deleted." in response.text
    assert [(price.pk, price.value) for price in retail.prices.all()] == [(chai.pk, 11.5)]
    assert ChangeSet.objects.latest("pk").changes.count() == 2


def test_a_wrong_value_saves_nothing_and_stays_in_its_row(boss, retail, chai, chang):
    data = sent(chai, chang, **{f"p{chai.pk}_value": "cheap", f"p{chang.pk}_value": "21"})
    response = boss.post(url(retail), data)
    assert response.status_code == 422
    assert "please mend the marked prices" in response.text
    assert 'value="cheap"' in response.text
    chang.refresh_from_db()
    assert chang.value == 20


def test_a_row_changed_meanwhile_is_not_overwritten_and_says_by_whom(boss, retail, chai, chang):
    data = sent(chai, chang, **{f"p{chai.pk}_value": "11"})
    Price.objects.filter(pk=chai.pk).update(value=15)
    response = boss.post(url(retail), data)
    assert "Nothing was saved: marked prices were changed while you had them open." in response.text
    assert "made it 15.00 EUR from 1 on." in response.text
    again = fields_again(response, data)
    assert boss.post(url(retail), again).status_code == 302
    chai.refresh_from_db()
    assert chai.value == 11


def fields_again(response, data):
    """The same form once more, with the versions it was drawn with."""
    versions = dict(re.findall(r'name="(p\d+-seen)" value="(\d+)"', response.text))
    return data | versions


def test_a_row_nobody_touched_here_keeps_what_others_made_of_it(boss, retail, chai, chang):
    data = sent(chai, chang, **{f"p{chai.pk}_value": "11"})
    Price.objects.filter(pk=chang.pk).update(value=99)
    assert boss.post(url(retail), data).status_code == 302
    assert list(retail.prices.order_by("pk").values_list("value", flat=True)) == [11, 99]


def test_adds_a_price_in_the_products_unit(boss, retail):
    product = ProductFactory()
    data = {"add": "1", "new-product": product.pk, "new-quantity": "5", "new-value": "3.2", "new-currency": "PLN"}
    assert boss.post(url(retail), data).status_code == 302
    price = retail.prices.get()
    assert (price.unit, price.quantity, price.value, price.currency) == (product.unit, 5, price.value, "PLN")
    assert "duplication of product prices" in boss.post(url(retail), data).text


def test_a_unit_the_product_is_not_sold_in_is_refused_in_words(boss, retail):
    data = {"add": "1", "new-product": ProductFactory(sku="A").pk, "new-unit": UnitFactory(code="kg").pk}
    data |= {"new-quantity": "1", "new-value": "3", "new-currency": "EUR"}
    assert "Unit &quot;kg&quot; is not allowed for product &quot;A&quot;." in boss.post(url(retail), data).text


def queries(call):
    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


def test_a_page_and_its_saving_take_the_same_queries_however_many_rows(boss, retail, chai):
    def save():
        prices = list(retail.prices.order_by("pk"))
        changes = {f"p{price.pk}_value": f"{price.value + 1:f}" for price in prices}
        assert boss.post(url(retail), sent(*prices, **changes)).status_code == 302

    few = queries(lambda: boss.get(url(retail))), queries(save)
    PriceFactory.create_batch(30, price_list=retail)
    assert (queries(lambda: boss.get(url(retail))), queries(save)) == few


def test_a_pasted_block_is_shown_before_it_is_saved(boss, retail, chai):
    page = boss.post(url(retail, "prices_paste"), {"text": "CHAI;1;;12;EUR\nNOPE;1;;1;EUR\nCHAI;10;;9;EUR"})
    assert "There is no product with the SKU “NOPE”." in page.text
    assert "Save the 2 good lines, leave the wrong ones" in page.text
    assert retail.prices.count() == 1
    seal = re.search(r'name="seal" value="(\w+)"', page.text)[1]
    text = "CHAI;1;;12;EUR\r\nNOPE;1;;1;EUR\r\nCHAI;10;;9;EUR"
    done = boss.post(url(retail, "prices_paste"), {"text": text, "seal": seal, "confirmed": "yes"}, follow=True)
    assert "2 prices were saved." in done.text
    assert sorted(retail.prices.values_list("quantity", "value")) == [(1, 12), (10, 9)]


def test_per_cent_of_the_filtered_rows_with_old_and_new_first_and_back(boss, retail, chai, chang):
    address = f"{url(retail, 'prices_percent')}?currency=EUR"
    page = boss.post(address, {"percent": "5", "decimals": "0"})
    assert "Only the prices that match the filters: EUR." in page.text
    assert "1 price changes" in page.text
    assert "11.00" in page.text
    seal = re.search(r'name="seal" value="(-?\d+)"', page.text)[1]
    boss.post(address, {"percent": "5", "decimals": "0", "seal": seal, "confirmed": "yes"})
    assert list(retail.prices.order_by("pk").values_list("value", flat=True)) == [11, 20]
    link = re.search(r'href="([^"]+take-back/\d+/)"', boss.get(url(retail)).text)[1]
    boss.post(link, {"confirmed": "yes"})
    assert list(retail.prices.order_by("pk").values_list("value", flat=True)) == [10, 20]


@pytest.mark.parametrize(
    ("words", "which", "status"),
    [
        ([], "prices", 403),
        (["view_price"], "prices", 200),
        (["view_price"], "prices_paste", 403),
        (["view_price"], "prices_percent", 403),
        (["view_price", "add_price", "change_price"], "prices_paste", 200),
    ],
)
def test_each_page_asks_for_its_right(client, anna, retail, chai, words, which, status):
    client.force_login(allow(anna, "catalog.view_pricelist", *(f"catalog.{word}" for word in words)))
    assert client.get(url(retail, which)).status_code == status


def test_who_may_only_look_cannot_save(client, anna, retail, chai):
    client.force_login(allow(anna, "catalog.view_pricelist", "catalog.view_price"))
    client.post(url(retail), sent(chai, **{f"p{chai.pk}_value": "1", f"p{chai.pk}_gone": "on"}))
    chai.refresh_from_db()
    assert chai.value == 10


# --- the list's own form ----------------------------------------------------------------------------------------------


def form_of(boss, price_list):
    address = reverse("admin:catalog_pricelist_change", args=[price_list.pk])
    return address, fields_of(boss.get(address), "pricelist_form")


def span(number, start, end):
    return {f"schedules-{number}-active_at": f"{start}T00:00", f"schedules-{number}-deactivate_at": f"{end}T00:00"}


def test_currencies_are_typed_as_people_write_them(boss, retail):
    address, fields = form_of(boss, retail)
    assert boss.post(address, fields | {"currencies": "eur; pln usd"}).status_code == 302
    retail.refresh_from_db()
    assert retail.currencies == ["EUR", "PLN", "USD"]
    page = boss.post(address, form_of(boss, retail)[1] | {"currencies": "EUR, EURO"}).text
    assert "“EURO” is not a currency code such as EUR." in page
    assert 'value="EUR, EURO"' in page


def test_schedules_that_meet_are_refused_with_their_numbers(boss, retail):
    address, fields = form_of(boss, retail)
    spans = span(0, "2026-01-01", "2026-03-01") | span(1, "2026-02-01", "2026-04-01")
    response = boss.post(address, fields | spans | {"schedules-TOTAL_FORMS": "2"})
    assert "Schedules 1 and 2 are in force at the same time: let one end before the other begins." in response.text
    assert not PriceListSchedule.objects.exists()


def test_schedules_one_after_the_other_are_saved(boss, retail):
    address, fields = form_of(boss, retail)
    spans = span(0, "2026-01-01", "2026-03-01") | span(1, "2026-03-01", "2026-04-01")
    assert boss.post(address, fields | spans | {"schedules-TOTAL_FORMS": "2"}).status_code == 302
    assert retail.schedules.count() == 2


def test_a_schedule_that_ends_before_it_begins_is_refused(boss, retail):
    address, fields = form_of(boss, retail)
    response = boss.post(address, fields | span(0, "2026-03-01", "2026-01-01") | {"schedules-TOTAL_FORMS": "1"})
    assert "A schedule begins before it ends." in response.text


def test_a_currency_with_prices_cannot_leave_its_list(boss, retail, chai):
    address, fields = form_of(boss, retail)
    response = boss.post(address, fields | {"currencies": "PLN"})
    assert "has prices in EUR: take them away before the currency." in response.text
    assert PriceList.objects.get(pk=retail.pk).currencies == ["EUR", "PLN"]
