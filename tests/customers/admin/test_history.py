"""The history page of a customer, among the other things its page can do."""

import pytest
from django.urls import reverse

from customers.models import Customer
from tests.customers.admin.conftest import allow, fields_of, form_url, sent
from tests.factories import AddressFactory, CustomerFactory, NoteFactory

pytestmark = pytest.mark.django_db


def test_history_shows_creation_and_move_with_names(boss, add_customer_url):
    old, new = CustomerFactory(name="Old parent"), CustomerFactory(name="Holding")
    boss.post(add_customer_url, sent(fields_of(boss.get(add_customer_url)), name="Branch", parent=old.pk))
    branch = Customer.objects.get(name="Branch")
    AddressFactory(customer=branch)
    boss.post(form_url(branch), sent(fields_of(boss.get(form_url(branch))), parent=new.pk))
    html = boss.get(reverse("admin:customers_customer_history", args=[branch.pk])).text
    for words in ("Ruth Root", "Old parent", "Holding"):
        assert words in html


@pytest.fixture
def limited(client, anna):
    words = [f"customers.{verb}_{model}" for verb in ("view", "add", "change") for model in ("customer", "note")]
    client.force_login(allow(anna, *words))
    return client


@pytest.fixture
def pair(anna, superuser):
    """Anna's customer and somebody else's."""
    return CustomerFactory(name="Mine GmbH", owner=anna), CustomerFactory(name="Theirs GmbH", owner=superuser)


def test_history_does_not_name_anothers_customer(limited, pair):
    mine, theirs = pair
    for parent in (theirs, None):
        Customer.objects.filter(pk=mine.pk).update(parent=parent)
    response = limited.get(reverse("admin:customers_customer_history", args=[mine.pk]))
    assert response.status_code == 200
    assert "Theirs GmbH" not in response.text


def test_older_form_does_not_name_anothers_customer(limited, pair):
    mine, theirs = pair
    old = sent(fields_of(limited.get(form_url(mine))), code="K-9")
    Customer.objects.filter(pk=mine.pk).update(parent=theirs)
    response = limited.post(form_url(mine), old)
    assert "Nothing was saved" in response.text
    assert "Theirs GmbH" not in response.text


def test_deleted_customers_and_notes_of_others_are_not_listed(limited, pair):
    mine, theirs = pair
    for customer, text in ((mine, "My note"), (theirs, "Their note")):
        NoteFactory(customer=customer, text=text).delete()
    notes = limited.get(reverse("admin:customers_note_recently_deleted")).text
    assert "My note" in notes
    assert "Their note" not in notes
    mine.delete()
    theirs.delete()
    customers = limited.get(reverse("admin:customers_customer_recently_deleted")).text
    assert "Mine GmbH" in customers
    assert "Theirs GmbH" not in customers
