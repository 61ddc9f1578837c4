"""The ledger in the admin."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from foundation.changes.audit import audit
from foundation.changes.models import AuditEvent, Change, ChangeSet, Source
from foundation.changes.recording import recording
from tests.shelf.models import Box, Room

pytestmark = pytest.mark.django_db
LIST = "admin:changes_changeset_changelist"


@pytest.fixture
def staff(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def filled(ben):
    with recording(source=Source.IMPORT, actor=ben, reason="New boxes", via="boxes.csv"):
        Box.objects.bulk_create([Box(name=f"Box {number}") for number in range(3)])
        Box.objects.update(price=7)
        Room.objects.create(name="Cellar")
    return ChangeSet.objects.get(via="boxes.csv")


def page(client, change_set):
    return client.get(reverse("admin:changes_changeset_change", args=[change_set.pk]))


def test_list_says_who_through_what_and_how_much(staff, filled):
    response = staff.get(reverse(LIST), {"source__exact": "import"})
    html = response.content.decode()
    for words in ("Ben Kowalski", "Import", "boxes.csv", "New boxes"):
        assert words in html
    assert [row.number for row in response.context["cl"].result_list] == [7]


def test_page_of_a_set_counts_and_shows_its_changes(staff, filled):
    response = page(staff, filled)
    assert response.context["counts"] == [("Boxes: Added", 3), ("Boxes: Changed", 3), ("Rooms: Added", 1)]
    html = response.content.decode()
    assert "Cellar" in html
    assert "0.00" in html
    assert "7.00" in html


def test_number_of_queries_does_not_depend_on_the_rows(staff, ben, filled, django_assert_num_queries):
    with django_assert_num_queries(9):
        page(staff, filled)
    for number in range(5):
        with recording(actor=ben):
            Box.objects.bulk_create([Box(name=f"More {number} {n}") for n in range(5)])
    with django_assert_num_queries(9):
        page(staff, filled)
    staff.get(reverse(LIST))
    with django_assert_num_queries(5):
        staff.get(reverse(LIST))


@pytest.mark.parametrize("name", ["changes_changeset", "changes_auditevent"])
def test_S10_nobody_adds_changes_or_deletes(staff, filled, name):
    audit("test")
    row = filled if "set" in name else AuditEvent.objects.latest("id")
    assert staff.get(reverse(f"admin:{name}_add")).status_code == 403
    assert staff.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    staff.post(reverse(f"admin:{name}_change", args=[row.pk]), {"reason": "forged", "kind": "forged"})
    row.refresh_from_db()
    assert getattr(row, "reason", None) != "forged"
    assert staff.get(reverse(f"admin:{name}_history", args=[row.pk])).status_code == 404


@pytest.mark.parametrize("name", ["changes_changeset", "changes_auditevent"])
def test_S2_needs_the_right_to_look(client, ben, filled, name):
    client.force_login(ben)
    url = reverse(f"admin:{name}_changelist")
    assert client.get(url).status_code == 403
    ben.user_permissions.add(Permission.objects.get(codename=f"view_{name.removeprefix('changes_')}"))
    client.force_login(ben)
    assert client.get(url).status_code == 200


def test_audit_events_are_listed_with_their_detail(staff, anna):
    event = audit("export.done", actor=anna, subject=Room.objects.create(name="Cellar"), detail={"rows": 12})
    assert "export.done" in staff.get(reverse("admin:changes_auditevent_changelist")).content.decode()
    html = staff.get(reverse("admin:changes_auditevent_change", args=[event.pk])).content.decode()
    assert "shelf.room" in html
    assert "rows" in html


def test_a_set_that_is_not_there_is_not_found(staff):
    assert staff.get(reverse("admin:changes_changeset_change", args=[10**6])).status_code == 404
    assert staff.get(reverse("admin:changes_changeset_change", args=["x"])).status_code == 404


def test_page_of_a_set_links_to_the_records_as_far_as_they_are_there(staff, ben):
    with recording(actor=ben):
        kept, gone = Box.objects.create(name="Kept"), Box.objects.create(name="Gone")
        key = gone.pk
        gone.delete()
    html = page(staff, ChangeSet.objects.get(actor=ben)).content.decode()
    assert reverse("admin:shelf_box_history", args=[kept.pk]) in html
    assert reverse("admin:shelf_box_history", args=[key]) not in html
    assert (
        reverse("admin:shelf_box_deleted", args=[Change.objects.get(operation="delete", table="shelf_box").pk]) in html
    )
