"""The pages that merge two customers and take that back."""

import re

import pytest
from django.urls import reverse

from customers.admin.overview import overview_url
from customers.models import Customer, CustomerMerge
from tests.customers.admin.conftest import allow, anna, boss, superuser
from tests.customers.merging.worlds import merge
from tests.factories import ContactFactory, CustomerFactory, NoteFactory

__all__ = ["anna", "boss", "superuser"]
pytestmark = pytest.mark.django_db
MERGE = "/admin/customers/customer/merge/"


@pytest.fixture
def pair():
    return CustomerFactory(name="Nordwind", code="W-1"), CustomerFactory(name="Nordwind GmbH", code="L-1")


def asked(pair, **more):
    return {"winner": pair[0].pk, "loser": pair[1].pk, **more}


def hidden(page):
    """The fields of the form that confirms."""
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page.split("<form", 2)[-1])
    return {
        name: value for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', page) if name != "csrf"
    } | dict(found)


def test_asks_what_stays(boss, pair):
    page = boss.get(MERGE, {"customer": [one.pk for one in pair]}).text
    assert page.count('name="keep-name"') == page.count('name="keep-code"') == 2
    assert 'name="keep-email"' not in page


def test_shows_what_happens(boss, pair):
    ContactFactory(customer=pair[1], first_name="Ewa", last_name="Lis")
    page = boss.get(MERGE, asked(pair, step="preview", **{"keep-name": "loser"})).text
    for text in ("Contacts: 1", "Ewa Lis", "“L-1” becomes a former code", "Values that change"):
        assert text in page


def confirmed(boss, pair, **more):
    return hidden(boss.get(MERGE, asked(pair, step="preview", **more)).text)


def test_merges_and_takes_back(boss, pair, superuser):
    NoteFactory(customer=pair[1])
    page = boss.post(MERGE, confirmed(boss, pair), follow=True).text
    done = CustomerMerge.objects.get()
    undo = reverse("admin:customers_customer_undo_merge", args=[done.pk])
    assert (done.merged_by, undo in page, "Former codes" in page) == (superuser, True, True)
    seen = boss.get(undo).text
    assert "Nothing of it was changed since." in seen
    page = boss.post(undo, hidden(seen), follow=True).text
    assert "“Nordwind GmbH” is there again" in page
    assert list(Customer.objects.values_list("name", flat=True)) == ["Nordwind", "Nordwind GmbH"]


def test_I1_what_was_changed_since_is_shown_anew(boss, pair):
    data = confirmed(boss, pair)
    NoteFactory(customer=pair[1])
    page = boss.post(MERGE, data, follow=True).text
    assert ("Something was changed since the preview" in page, "Notes: 1" in page) == (True, True)
    assert not CustomerMerge.objects.exists()


def test_an_undo_that_would_do_something_else_is_shown_anew(boss, pair):
    note = NoteFactory(customer=pair[1])
    done = merge(*pair)
    undo = reverse("admin:customers_customer_undo_merge", args=[done.pk])
    data = hidden(boss.get(undo).text)
    note.delete()
    page = boss.post(undo, data, follow=True).text
    assert ("Something was changed since the preview" in page, "1 were changed since" in page) == (True, True)


@pytest.mark.parametrize("page", ["overview", "change", "history"])
def test_pages_of_the_one_that_went_lead_to_the_one_that_stayed(boss, pair, page):
    third = CustomerFactory(name="Third")
    loser = pair[1].pk
    merge(*pair)
    merge(third, pair[0])
    answer = boss.get(reverse(f"admin:customers_customer_{page}", args=[loser]), follow=True)
    assert answer.redirect_chain == [(overview_url(third), 302)]
    assert "“Nordwind GmbH” was merged into “Third”" in answer.text


def test_S1_both_must_be_ones_own(client, anna, pair):
    Customer.objects.filter(pk=pair[0].pk).update(owner=anna)
    client.force_login(allow(anna, "customers.view_customer", "customers.merge_customer"))
    assert client.get(MERGE, asked(pair)).status_code == 404
    assert client.post(MERGE, asked(pair)).status_code == 404
    done = merge(pair[1], pair[0], owner="winner")
    assert client.get(reverse("admin:customers_customer_undo_merge", args=[done.pk])).status_code == 404
    assert client.get(overview_url(pair[0])).status_code == 404


def test_S2_merging_is_a_right_of_its_own(client, anna, pair):
    rights = ("view", "add", "change", "delete")
    client.force_login(
        allow(anna, "customers.access_all_customers", *(f"customers.{right}_customer" for right in rights))
    )
    done = merge(*pair)
    assert client.get(MERGE, asked(pair)).status_code == 403
    assert client.get(reverse("admin:customers_customer_undo_merge", args=[done.pk])).status_code == 403


@pytest.mark.parametrize(
    "query",
    [{}, {"customer": ["1"]}, {"winner": "x", "loser": "1"}, {"customer": ["1", "2", "3"]}, {"winner": "9" * 30}],
)
def test_nonsense_goes_back_to_the_list(boss, query):
    assert boss.get(MERGE, query).url == reverse("admin:customers_customer_duplicates")


def test_a_customer_with_itself_goes_back_to_the_list(boss, pair):
    assert boss.get(MERGE, asked((pair[0], pair[0]))).status_code == 302


def test_former_codes_find_the_customer_in_lists(boss, pair):
    merge(*pair)
    page = boss.get(reverse("admin:customers_customer_changelist"), {"q": "l-1"}).text
    assert overview_url(pair[0]) in page or f"/customers/customer/{pair[0].pk}/" in page
