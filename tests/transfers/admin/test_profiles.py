"""Saved ways to read files in the admin."""

import pytest
from django.urls import reverse

from foundation.transfers.models import ImportProfile
from tests.factories import UserFactory
from tests.transfers.admin.conftest import words

pytestmark = pytest.mark.django_db
LIST = reverse("admin:transfers_importprofile_changelist")


def make(owner, name="Shop", **fields):
    mapping = [{"column": "Name", "source": "Firma", "values": {"a": "b"}, "default": "x"}]
    return ImportProfile.objects.create(name=name, what="customers", owner=owner, mapping=mapping, **fields)


def form_of(profile):
    return reverse("admin:transfers_importprofile_change", args=[profile.pk])


def test_one_sees_ones_own_and_those_for_everybody(client, office):
    make(office, "Mine", is_shared=False)
    make(UserFactory(), "Shared")
    make(UserFactory(), "Secret", is_shared=False)
    page = client.get(LIST).text
    assert [name in page for name in ("Mine", "Shared", "Secret")] == [True, True, False]


def test_the_owner_renames_shares_and_deletes(client, office):
    profile = make(office)
    assert "Name ← Firma, a = b, “x” where blank" in words(client.get(form_of(profile)))
    client.post(form_of(profile), {"name": "New shop"})
    profile.refresh_from_db()
    assert (profile.name, profile.is_shared) == ("New shop", False)
    client.post(reverse("admin:transfers_importprofile_delete", args=[profile.pk]), {"post": "yes"})
    assert not ImportProfile.objects.exists()


def test_those_of_others_are_only_looked_at(client, office):
    profile = make(UserFactory())
    assert client.get(form_of(profile)).status_code == 200
    assert client.post(form_of(profile), {"name": "Taken"}).status_code == 403
    delete = reverse("admin:transfers_importprofile_delete", args=[profile.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_a_name_stands_once(client, office):
    make(office, "One")
    answer = client.post(form_of(make(office, "Two")), {"name": "One"})
    assert "There is a profile with this name already." in answer.text


def test_who_imports_nothing_has_none(client, person):
    person("view_customer")
    assert client.get(LIST).status_code == 403


def test_nobody_makes_one_by_hand_and_the_empty_list_says_how_one_comes_to_be(client, office):
    assert "Import a file and save how it is read" in words(client.get(LIST))
    assert client.get(reverse("admin:transfers_importprofile_add")).status_code == 403
