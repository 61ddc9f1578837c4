"""Which price lists a customer has, and the page that gives lists to everybody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import PriceListSchedule
from customers.models import SystemPriceList
from tests.customers.admin.conftest import allow, page_url
from tests.factories import (
    CustomerPriceListFactory,
    GroupPriceListFactory,
    PriceListFactory,
    SystemPriceListFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def url():
    return "/admin/customers/systempricelist/arrange/"


@pytest.fixture
def lists():
    """Two general lists, versions as the database has them."""
    made = [SystemPriceListFactory(price_list__name=name, position=n) for n, name in enumerate(("Summer", "Basis"), 1)]
    return [SystemPriceList.objects.get(pk=row.pk) for row in made]


def sent(rows, **changes):
    data = {"seen": ";".join(f"{row.pk}:{row.version}" for row in rows), "added": ""}
    for row in rows:
        data |= {f"r{row.pk}-position": str(row.position), f"r{row.pk}-merge": "on"}
    return data | changes


def order():
    return list(SystemPriceList.objects.values_list("price_list__name", "position", "merge_allowed"))


def test_orders_merges_adds_and_removes_on_one_page(boss, url, lists):
    summer, basis = lists
    new = PriceListFactory(name="New")
    data = sent(lists, added=new.pk, **{f"r{summer.pk}-position": "9"})
    del data[f"r{basis.pk}-merge"]
    assert boss.post(url, data).status_code == 302
    assert order() == [("Basis", 1, False), ("Summer", 2, True), ("New", 3, True)]
    rows = list(SystemPriceList.objects.all())
    boss.post(url, sent(rows, **{f"r{rows[0].pk}-gone": "on"}))
    assert [name for name, _position, _merge in order()] == ["Summer", "New"]


def test_nothing_is_arranged_over_what_somebody_else_arranged(boss, url, lists):
    data = sent(lists, **{f"r{lists[0].pk}-position": "9"})
    SystemPriceList.objects.filter(pk=lists[1].pk).update(merge_allowed=False)
    assert "Nothing was saved: the lists were changed while you had them open." in boss.post(url, data).text
    assert [name for name, _position, _merge in order()] == ["Summer", "Basis"]


def test_what_was_refused_can_be_sent_again_over_what_the_page_then_shows(boss, url, lists):
    data = sent(lists, **{f"r{lists[0].pk}-position": "9"})
    new = SystemPriceListFactory(price_list__name="New", position=3)
    page = boss.post(url, data).context["form"]
    again = {field.html_name: field.value() for field in page if field.value()}
    assert (again[f"r{lists[0].pk}-position"], again[f"r{new.pk}-position"]) == ("9", "3")
    assert boss.post(url, again).status_code == 302
    assert order() == [("Basis", 1, True), ("New", 2, True), ("Summer", 3, True)]


def test_who_may_not_delete_arranges_and_removes_nothing(client, anna, url, lists):
    words = [f"customers.{verb}_systempricelist" for verb in ("view", "change")]
    client.force_login(allow(anna, *words))
    assert client.get(url).status_code == 403
    client.force_login(allow(anna, "customers.add_systempricelist"))
    client.post(url, sent(lists, **{f"r{lists[0].pk}-gone": "on"}))
    assert len(order()) == 2


def test_the_list_says_what_is_in_force_in_the_same_queries_however_many(boss, lists):
    address = reverse("admin:customers_systempricelist_changelist")
    PriceListSchedule.objects.create(price_list=lists[0].price_list, active_at="2999-01-01T00:00Z")
    text = boss.get(address).text
    assert "Not in one of its schedules." in text
    assert "in force" in text

    def queries():
        with CaptureQueriesContext(connection) as caught:
            boss.get(address)
        return len(caught)

    few = queries()
    SystemPriceListFactory.create_batch(5)
    assert queries() == few


def test_a_customer_shows_its_lists_in_their_order_with_their_source(boss, nordwind, group, lists):
    nordwind.group = group
    nordwind.save()
    CustomerPriceListFactory(customer=nordwind, price_list__name="Own")
    GroupPriceListFactory(group=group, price_list__name="Chefs", price_list__is_active=False)
    panel = boss.get(page_url(nordwind)).text.partition("Price lists in their order")[2]
    places = [panel.index(name) for name in (">Own<", ">Chefs<", "Customer group: Gastro", "The list is switched off.")]
    assert places == sorted(places)
    assert panel.index(">Summer<") < panel.index(">Basis<")


def test_a_customer_without_lists_is_told_so(boss, nordwind):
    assert "No price list reaches this customer: it has no prices." in boss.get(page_url(nordwind)).text
