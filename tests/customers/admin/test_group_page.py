"""The page of a customer group, and putting many customers into it at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import PriceList
from customers.models import Customer, CustomerGroup
from foundation.changes.models import Change, ChangeSet, Source
from tests.customers.admin.conftest import allow, fields_of, page_url, sent
from tests.factories import (
    CustomerFactory,
    CustomerGroupFactory,
    GroupPriceListFactory,
    PriceListFactory,
    SystemPriceListFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def retail(db):
    return CustomerGroupFactory(name="Retail")


@pytest.fixture
def people(retail):
    """Alfa and Beta of no group, Gama of Retail."""
    return [
        CustomerFactory(name="Alfa", code="A-1"),
        CustomerFactory(name="Beta", code="B-1"),
        CustomerFactory(name="Gama", code="G-1", group=retail),
    ]


def assign_url(group):
    return reverse("admin:customers_customergroup_assign", args=[group.pk])


def groups():
    return {one.name: str(one.group or "") for one in Customer.objects.select_related("group")}


def assign(client, group, customers, **data):
    chosen = ".".join(str(one.pk) for one in customers)
    return client.post(assign_url(group), {"chosen": chosen, "confirmed": "yes", **data})


# --- the page -------------------------------------------------------------------------------------------------------


def test_page_tells_terms_customers_and_price_lists_in_order(boss, group, superuser):
    CustomerGroup.objects.update(owner=superuser)
    CustomerFactory(name="Alfa", code="A-1", group=group)
    GroupPriceListFactory(group=group, price_list__name="Chefs", position=2)
    GroupPriceListFactory(group=group, price_list=PriceListFactory(name="Cooks", is_active=False), position=1)
    SystemPriceListFactory(price_list__name="Basis")
    page = boss.get(page_url(group)).text
    for part in ("net 30 days", "B2B_PL", "General price lists", "Ruth Root", "Alfa", "A-1"):
        assert part in page
    places = [page.index(f">{name}<") for name in ("Cooks", "Chefs", "Basis")]
    assert places == sorted(places)
    assert "The list is switched off." in page
    CustomerGroup.objects.update(price_fallback="group_only")
    assert ">Basis<" not in boss.get(page_url(group)).text


def test_group_that_gives_no_prices_says_so(boss, group):
    words = "Customers of this group without lists of their own have no prices."
    assert words in boss.get(page_url(group)).text
    GroupPriceListFactory(group=group)
    PriceList.objects.update(is_active=False)
    assert "None of these lists gives prices now." in boss.get(page_url(group)).text


def test_list_form_and_customers_lead_to_the_page(boss, group):
    customer = CustomerFactory(group=group)
    assert page_url(group) in boss.get(reverse("admin:customers_customergroup_changelist")).text
    assert page_url(group) in boss.get(page_url(customer)).text
    form = reverse("admin:customers_customergroup_change", args=[group.pk])
    data = sent(fields_of(boss.get(form), "customergroup_form"))
    assert boss.post(form, data).url == page_url(group)


def test_customers_of_the_group_are_turned_over_and_searched(boss, group):
    for number in range(25):
        CustomerFactory(name=f"Customer {number:02}", group=group)
    second = boss.get(page_url(group), {"customers": 2}, headers={"HX-Target": "panel-customers"}).text
    assert ("Customer 19" in second, "Customer 20" in second) == (False, True)
    found = boss.get(page_url(group), {"customers-q": "07"}, headers={"HX-Target": "panel-customers"}).text
    assert ("Customer 07" in found, "Customer 08" in found) == (True, False)


def test_page_asks_the_same_number_of_questions_however_many_customers_there_are(boss):
    small, large = CustomerGroupFactory(), CustomerGroupFactory()
    for group, size in ((small, 10), (large, 200)):
        CustomerFactory.create_batch(size, group=group)
        GroupPriceListFactory.create_batch(3, group=group)

    def queries(group):
        with CaptureQueriesContext(connection) as caught:
            boss.get(page_url(group))
        return len(caught)

    queries(small)
    assert queries(large) == queries(small)


def test_customers_of_another_owner_are_not_named(client, anna, group):
    client.force_login(allow(anna, "customers.view_customergroup", "customers.view_customer"))
    CustomerFactory(name="Theirs", group=group)
    CustomerFactory(name="Mine", group=group, owner=anna)
    page = client.get(page_url(group)).text
    assert ("Mine" in page, "Theirs" in page) == (True, False)


# --- choosing -------------------------------------------------------------------------------------------------------


def test_offers_customers_of_other_groups_and_where_they_are(boss, group, people):
    CustomerFactory(name="There already", group=group)
    page = boss.get(assign_url(group)).text
    assert "There already" not in page
    assert [name in page for name in ("Alfa", "Beta", "Gama", "Retail")] == [True] * 4
    page = boss.get(assign_url(group), {"found-q": "gam"}).text
    assert ("Gama" in page, "Alfa" in page) == (True, False)


def test_preview_says_who_changes_from_which_group(boss, group, retail, people):
    there = CustomerFactory(name="There already", code="T-1", group=group)
    CustomerFactory.create_batch(2, name="Twin")
    pasted = "b-1\nGAMA\tsecond column\nT-1\nTwin\nNobody\n\nb-1"
    page = boss.post(assign_url(group), {"customer": [people[0].pk], "pasted": pasted})
    counts = [(str(label), number) for label, number, *_tone in page.context["counts"]]
    assert counts == [("Will change", 3), ("In the group already", 1), ("Lines that name nobody for certain", 2)]
    details = [str(one) for one in page.context["details"]]
    assert details[:2] == ["From no group: 2", "From Retail: 1"]
    assert details[-2:] == ["Twin: 2 customers have this name", "Nobody: nobody found"]
    assert dict(page.context["hidden"])["chosen"].split(".") == [str(one.pk) for one in people]
    assert there.group == group
    assert groups()["Alfa"] == ""


def test_everything_that_was_found_is_chosen_beyond_the_page(boss, group):
    for number in range(30):
        CustomerFactory(name=f"Customer {number:02}")
    CustomerFactory(name="Other")
    page = boss.post(f"{assign_url(group)}?found-q=customer", {"everything": "yes", "pasted": ""})
    assert next(iter(page.context["counts"]))[1] == 30


def test_nothing_chosen_is_a_sentence_and_what_was_pasted_stays(boss, group, people, monkeypatch):
    assert "Tick customers, or paste their codes or names." in boss.post(assign_url(group), {"pasted": " \n"}).text
    monkeypatch.setattr("customers.admin.assigning.AT_ONCE", 2)
    page = boss.post(assign_url(group), {"pasted": "A-1\nB-1\nG-1"}).text
    assert "At most 2 lines at once." in page
    assert "A-1\nB-1\nG-1</textarea>" in page
    ticked = boss.post(assign_url(group), {"pasted": "", "customer": [one.pk for one in people]}).text
    assert "At most 2 customers at once." in ticked


def test_looking_lines_up_asks_twice_however_many_there_are(boss, group):
    def queries(lines):
        with CaptureQueriesContext(connection) as caught:
            boss.post(assign_url(group), {"pasted": "\n".join(lines)})
        return len(caught)

    queries(["x"])
    assert queries([f"x{number}" for number in range(500)]) == queries(["x"])


# --- doing and taking back ------------------------------------------------------------------------------------------


def test_assignment_is_one_statement_and_one_change_set(boss, group, people, superuser):
    with CaptureQueriesContext(connection) as caught:
        answer = assign(boss, group, people)
    assert answer.url == page_url(group)
    assert groups() == {"Alfa": "Gastro", "Beta": "Gastro", "Gama": "Gastro"}
    assert sum(query["sql"].startswith('UPDATE "customers_customer"') for query in caught) == 1
    made = ChangeSet.objects.latest("pk")
    assert (made.source, made.actor) == (Source.FORM, superuser)
    assert Change.objects.filter(set=made, table="customers_customer").count() == 3


def take_back_url(group, change_set):
    return reverse("admin:customers_customergroup_take_back", args=[group.pk, change_set.pk])


def test_assignment_is_taken_back_by_the_link_in_its_message(boss, group, people):
    page = boss.post(
        assign_url(group), {"chosen": ".".join(str(one.pk) for one in people), "confirmed": "yes"}, follow=True
    )
    undo = take_back_url(group, ChangeSet.objects.latest("pk"))
    assert f'3 customers were put into the group. <a href="{undo}">Take it back</a>' in page.text
    assert "<dt>Will change</dt>" in boss.get(undo).text
    assert groups()["Alfa"] == "Gastro"
    boss.post(undo, {"confirmed": "yes"})
    assert groups() == {"Alfa": "", "Beta": "", "Gama": "Retail"}
    assert ChangeSet.objects.latest("pk").source == Source.UNDO
    assert boss.get(undo).status_code == 404


def test_what_changed_since_is_left_and_a_group_that_is_gone_leaves_none(boss, group, retail, people):
    assign(boss, group, people)
    made = ChangeSet.objects.latest("pk")
    other = CustomerGroupFactory(name="Other")
    Customer.objects.filter(name="Alfa").update(group=other)
    Customer.objects.filter(name="Beta").update(group=other)
    Customer.objects.filter(name="Beta").update(group=group)
    retail.delete()
    boss.post(take_back_url(group, made), {"confirmed": "yes"})
    assert groups() == {"Alfa": "Other", "Beta": "Gastro", "Gama": ""}


def test_nothing_to_change_changes_nothing(boss, group):
    customer = CustomerFactory(group=group)
    before = ChangeSet.objects.count()
    page = boss.post(assign_url(group), {"chosen": customer.pk, "confirmed": "yes"}, follow=True)
    assert "Nothing was changed" in page.text
    assert ChangeSet.objects.count() == before


# --- who may --------------------------------------------------------------------------------------------------------


def test_anothers_customers_are_neither_offered_nor_found_nor_assigned(client, anna, group, people):
    words = ["view_customergroup", "view_customer", "change_customer"]
    client.force_login(allow(anna, *(f"customers.{word}" for word in words)))
    assert "Alfa" not in client.get(assign_url(group)).text
    page = client.post(assign_url(group), {"pasted": "A-1", "customer": [people[1].pk]})
    assert [number for _label, number, *_tone in page.context["counts"]] == [0, 0, 1]
    assign(client, group, people)
    assert groups()["Alfa"] == ""


def test_who_may_not_change_customers_assigns_and_takes_back_none(boss, client, anna, group, people):
    assign(boss, group, people)
    made = ChangeSet.objects.latest("pk")
    client.force_login(
        allow(anna, "customers.view_customergroup", "customers.change_customergroup", "customers.view_customer")
    )
    assert f'href="{assign_url(group)}"' not in client.get(page_url(group)).text
    assert client.get(assign_url(group)).status_code == 403
    assert client.post(take_back_url(group, made), {"confirmed": "yes"}).status_code == 403
    assert set(groups().values()) == {"Gastro"}
