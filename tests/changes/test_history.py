"""The history of a record: who, when, through what, old → new."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.urls import reverse

from foundation.changes.history.entries import describe
from foundation.changes.history.records import PAGE, children_of, record_changes
from foundation.changes.models import Change, Source
from foundation.changes.recording import recording
from foundation.identity.models import User
from tests.shelf.models import Box, Item, Room

pytestmark = pytest.mark.django_db
ITEMS = children_of(Box, ["items"])


@pytest.fixture
def staff(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def box():
    return Box.objects.create(name="Nails", price=Decimal("12.10"))


def read(box, children=ITEMS):
    """Return (operation, kind, name, [(field, old, new)]) of each change, newest first."""
    return [
        (entry.change.operation, entry.kind, entry.name, [(f.label, f.old, f.new) for f in entry.fields])
        for entry in describe(list(record_changes(Box, box.pk, children)))
    ]


def history(client, box, **query):
    return client.get(reverse("admin:shelf_box_history", args=[box.pk]), query)


def test_shows_the_way_of_every_value(box):
    Box.objects.update(price=20, colour="blue")
    Box.objects.update(price=30)
    assert read(box) == [
        ("update", "Box", "Nails", [("Price", "20.00", "30.00")]),
        ("update", "Box", "Nails", [("Price", "12.10", "20.00"), ("Colour", "Bright red", "Deep blue")]),
        ("insert", "Box", "Nails", [("Name", None, "Nails"), ("Price", None, "12.10")]),
    ]


def test_names_the_records_that_keys_point_to(box):
    cellar, attic = Room.objects.create(name="Cellar"), Room.objects.create(name="Attic")
    Box.objects.update(room=cellar)
    Box.objects.update(room=attic)
    Box.objects.update(room=None)
    cellar_key = cellar.pk
    cellar.delete()
    fields = [fields for *_, fields in read(box)][:3]
    assert fields == [
        [("Room", "Attic", None)],
        [("Room", f"#{cellar_key}", "Attic")],
        [("Room", None, f"#{cellar_key}")],
    ]


def test_shows_children_and_those_that_are_gone_or_moved_away(box):
    other = Box.objects.create(name="Other")
    long, short = Item.objects.create(box=box, label="Long nail"), Item.objects.create(box=box, label="Short nail")
    Item.objects.filter(pk=short.pk).update(label="Tiny nail")
    short.delete()
    Item.objects.filter(pk=long.pk).update(box=other)
    kinds = [(operation, kind, name) for operation, kind, name, _ in read(box)]
    assert kinds == [
        ("update", "Item", "Long nail"),
        ("delete", "Item", "Tiny nail"),
        ("update", "Item", "Tiny nail"),
        ("insert", "Item", "Short nail"),
        ("insert", "Item", "Long nail"),
        ("insert", "Box", "Nails"),
    ]
    assert read(other)[0][3] == [("Box", "Nails", "Other")]


def test_a_record_that_is_gone_keeps_its_name_whatever_changed(box):
    item = Item.objects.create(box=box, label="Long nail")
    Item.objects.update(room=Room.objects.create(name="Cellar"))
    item.delete()
    assert [name for _, kind, name, _ in read(box) if kind == "Item"] == ["Long nail"] * 3


def test_children_by_many_to_many_are_rows_of_its_table(anna):
    (child,) = children_of(User, ["groups"])
    assert (child.model, child.key.name) == (User.groups.through, "user")


def test_says_that_a_secret_changed(box):
    Box.objects.update(secret="combination")
    (field,) = describe(list(record_changes(Box, box.pk)))[0].fields
    assert (field.label, field.is_secret, field.old, field.new) == ("Secret", True, None, None)


def test_shows_a_record_that_came_back_under_its_key(box):
    key = box.pk
    Box.objects.update(name="Screws")
    box.delete()
    Box.objects.create(pk=key, name="Bolts")
    box.pk = key
    assert [(operation, fields[0]) for operation, _, _, fields in read(box)] == [
        ("insert", ("Name", None, "Bolts")),
        ("delete", ("Name", "Screws", None)),
        ("update", ("Name", "Nails", "Screws")),
        ("insert", ("Name", None, "Nails")),
    ]


def test_describes_what_tables_and_columns_no_longer_tell(box):
    Change.objects.bulk_create(
        [
            Change(set=Change.objects.latest("id").set, table="old_table", key=5, operation="update", before={"x": 1}),
            Change(
                set=Change.objects.latest("id").set, table="shelf_box", key=box.pk, operation="update", before={"y": 2}
            ),
        ]
    )
    known, unknown = describe(list(Change.objects.order_by("-id")[:2]))
    assert (unknown.kind, unknown.name, unknown.fields[0].label) == ("old_table", "#5", "x")
    assert (known.name, known.fields[0].label, known.fields[0].old) == ("Nails", "y", 2)


def test_page_says_who_through_what_and_why(staff, ben, box):
    with recording(source=Source.IMPORT, actor=ben, reason="New prices", job_id=7, via="prices.csv"):
        Box.objects.update(price=20)
    html = history(staff, box).content.decode()
    for words in ("Ben Kowalski", "Import", "New prices", "prices.csv", "Job 7", "12.10", "20.00", "History of Nails"):
        assert words in html


def test_page_of_a_record_without_changes_says_so(staff, box):
    connection.cursor().execute("SET LOCAL hub.ledger_erasure = 'on'; DELETE FROM changes_change")
    assert "Nothing is recorded yet" in history(staff, box).content.decode()


def test_number_of_queries_does_not_grow_with_the_history(staff, box, django_assert_num_queries):
    def change(times):
        for number in range(times):
            room = Room.objects.create(name=f"Room {Room.objects.count()}")
            Box.objects.update(price=number, room=room)
            Item.objects.create(box=box, label=f"Item {number}", room=room)

    change(2)
    history(staff, box)
    with django_assert_num_queries(10):
        history(staff, box)
    change(8)
    with django_assert_num_queries(10):
        history(staff, box)


def test_older_changes_are_a_page_further_and_their_values_right(staff, box):
    for price in range(PAGE):
        Box.objects.update(price=price)
    first = history(staff, box)
    assert "Older changes" in first.content.decode()
    second = history(staff, box, before=first.context["older"])
    (group,) = second.context["groups"]
    assert [(e.change.operation, e.fields[-1].new) for e in group.entries] == [("insert", "12.10")]
    assert "Newest changes" in second.content.decode()


def test_needs_the_right_to_see_the_record(client, ben, box):
    client.force_login(ben)
    assert history(client, box).status_code == 403


def test_a_record_that_is_not_there_has_no_history(staff):
    assert staff.get(reverse("admin:shelf_box_history", args=[10**6])).status_code == 404


def box_form(**values):
    items = {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}
    return {"name": "Nails", "colour": "red", "price": "5", "codes": "[]", "secret": "", **items, **values}


def test_S10_every_way_through_the_admin_is_recorded_once(staff, sets):
    staff.post(reverse("admin:shelf_box_add"), box_form())
    box = Box.objects.get()
    staff.post(reverse("admin:shelf_box_change", args=[box.pk]), box_form(name="Screws"))
    listing = reverse("admin:shelf_box_changelist")
    staff.post(listing, {"action": "paint_blue", "_selected_action": [box.pk]})
    staff.post(reverse("admin:shelf_box_delete", args=[box.pk]), {"post": "yes"})
    assert sets() == [("form", "Anna Nowak", "", 1)] * 4
    assert [operation for operation, *_ in read(box, ())] == ["delete", "update", "update", "insert"]
    assert not LogEntry.objects.exists()
