"""The page that says why a customer pays this price."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import PriceListSchedule
from foundation.identity.models import User
from integration_hub.navigation import sidebar
from tests.customers.admin.conftest import allow, page_url
from tests.factories import (
    CustomerFactory,
    CustomerPriceListFactory,
    GroupPriceListFactory,
    PriceFactory,
    ProductFactory,
    SystemPriceListFactory,
)

pytestmark = pytest.mark.django_db
WORDS = ("customers.view_customer", "catalog.view_price", "catalog.view_pricelist")


@pytest.fixture
def chai():
    return ProductFactory(sku="CHAI", name="Chai", unit__code="item")


@pytest.fixture
def url():
    return reverse("admin:customers_customer_why_price")


@pytest.fixture
def nordwind(nordwind, group, chai):
    """Everybody pays 90, the group 70, Nordwind 65 from 10 on."""
    nordwind.group = group
    nordwind.save()
    SystemPriceListFactory(price_list=PriceFactory(product=chai, value=90, price_list__name="General").price_list)
    GroupPriceListFactory(
        group=group, price_list=PriceFactory(product=chai, value=70, price_list__name="Gastro list").price_list
    )
    own = PriceFactory(product=chai, value=65, quantity=10, price_list__name="Own list").price_list
    CustomerPriceListFactory(customer=nordwind, price_list=own)
    return nordwind


def asked(customer, product, **more):
    return {"customer": customer.pk, "product": product.pk, "quantity": "1", "currency": "EUR", **more}


def prices(response):
    return [" ".join(found.split()) for found in re.findall(r'hub-price">([^<]*)<', response.text)]


def test_says_price_reason_chain_and_what_became_of_the_others(boss, url, nordwind, chai):
    text = boss.get(url, asked(nordwind, chai, quantity="3")).text
    assert 'hub-price">70.00 EUR' in text
    assert "210.00 EUR together; the price holds from 1 on" in text
    assert "“Gastro list” (Customer group) has the lowest price of the tier that is reached, from 1 on." in text
    assert "The quantity does not reach this tier." in text
    assert "Another list is cheaper for this tier." in text
    assert re.findall(r'class="(hub-winner|)">\s*<div class="hub-row">\s*<a[^>]*><strong>([^<]*)', text) == [
        ("", "Own list"),
        ("hub-winner", "Gastro list"),
        ("", "General"),
    ]


def test_says_why_there_is_no_price(boss, url, nordwind, chai):
    nordwind.price_fallback = "customer_only"
    nordwind.save()
    text = boss.get(url, asked(nordwind, chai)).text
    assert "No price" in text
    assert "The smallest tier begins at 10." in text
    assert "The customer is set to use its own price lists only." in text


def test_two_customers_side_by_side(boss, url, nordwind, chai):
    other = CustomerFactory()
    response = boss.get(url, asked(nordwind, chai, other_customer=other.pk))
    assert prices(response) == ["70.00 EUR", "90.00 EUR"]
    assert "The second is 20.00 EUR (28.6 %) more than the first." in response.text


def test_two_moments_side_by_side(boss, url, nordwind, chai):
    PriceListSchedule.objects.create(
        price_list=nordwind.group.price_lists.get().price_list, active_at="2030-01-01T00:00Z"
    )
    response = boss.get(url, asked(nordwind, chai, moment="2029-05-01T00:00", other_moment="2030-05-01T00:00"))
    assert prices(response) == ["90.00 EUR", "70.00 EUR"]
    assert "Not in one of its schedules." in response.text


def test_who_works_with_own_customers_asks_only_about_them(client, url, anna, nordwind, chai):
    client.force_login(allow(anna, *WORDS))
    refused = client.get(url, asked(nordwind, chai, other_customer=nordwind.pk))
    assert refused.text.count("There is no such customer, or it is not one of yours.") == 2
    assert "Nordwind" not in refused.text
    nordwind.owner = anna
    nordwind.save()
    assert prices(client.get(url, asked(nordwind, chai))) == ["70.00 EUR"]


@pytest.mark.parametrize("words", [WORDS[:1], WORDS[1:]])
def test_needs_the_rights_to_see_customers_and_prices(client, url, anna, words):
    client.force_login(allow(anna, *words))
    assert client.get(url).status_code == 403


def test_wrong_input_is_said_at_its_field(boss, url, nordwind, chai):
    data = asked(nordwind, chai) | {"customer": "x", "quantity": "-1", "moment": "soon"}
    text = boss.get(url, data).text
    assert "There is no such customer, or it is not one of yours." in text
    assert "Ensure this value is greater than or equal to 0." in text
    assert "Enter a valid date/time." in text


def test_begins_with_what_led_here(boss, url, nordwind, chai):
    text = boss.get(url, {"customer": nordwind.pk}).text
    assert f'<option value="{nordwind.pk}" selected' in text
    assert "What does a customer pay, and why?" in text


def test_the_customers_page_and_the_sidebar_lead_here(boss, url, nordwind):
    page = boss.get(page_url(nordwind)).text
    assert f"/{nordwind.pk}/ask-price" in page
    assert f'href="{url}"' in page
    assert boss.get(f"/admin/customers/customer/{nordwind.pk}/ask-price/").url == f"{url}?customer={nordwind.pk}"


def test_of_the_sidebar_only_its_own_entry_is_lit(rf, boss, url, nordwind):
    for path, lit in ((url, "Why this price"), (reverse("admin:customers_customer_changelist"), "Customers")):
        request = rf.get(path, {"customer": nordwind.pk})
        request.user = User.objects.get(is_superuser=True)
        entries = [item for group in sidebar(request) for item in group["items"] if "active" in item]
        assert [str(item["title"]) for item in entries if item["active"](request)] == [lit]


def test_takes_the_same_queries_however_many_lists(boss, url, nordwind, chai):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            boss.get(url, asked(nordwind, chai))
        return len(caught)

    few = queries()
    for _number in range(5):
        CustomerPriceListFactory(customer=nordwind, price_list=PriceFactory(product=chai).price_list)
    assert queries() == few
