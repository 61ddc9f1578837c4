"""Putting former values and deleted records back."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse

from foundation.changes.models import Change
from foundation.changes.recording import recording
from tests.shelf.models import Box, Item, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, anna):
    client.force_login(anna)
    return client


@pytest.fixture
def box():
    return Box.objects.create(name="Nails", price=Decimal("12.10"), secret="combination")


def last(model=Box, operation="update"):
    return Change.objects.filter(table=model._meta.db_table, operation=operation).latest("id")


def address(box, change, field=""):
    url = reverse("admin:shelf_box_restore", args=[box.pk, change.pk])
    return f"{url}?field={field}" if field else url


def confirm(client, url, **values):
    return client.post(url, {"confirmed": "yes", **values})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def grant(user, *words):
    for word in words:
        user.user_permissions.add(Permission.objects.get(codename=word, content_type__app_label="shelf"))


def test_asks_first_and_shows_what_would_change(staff, box):
    Box.objects.update(price=20, colour="blue")
    html = staff.get(address(box, last())).content.decode()
    assert "12.10" in html
    assert "20.00" in html
    assert "Bright red" in html
    assert Box.objects.get().price == 20


def test_puts_a_whole_change_back_as_an_undo_with_its_reason(staff, box, boxed, anna):
    Box.objects.update(price=20, colour="blue", weight=3)
    change = last()
    response = confirm(staff, address(box, change), reason="Typing error")
    assert response["Location"] == reverse("admin:shelf_box_history", args=[box.pk])
    box.refresh_from_db()
    assert (box.price, box.colour, box.weight) == (Decimal("12.10"), "red", 3)
    assert (boxed().source, boxed().actor) == ("undo", anna)
    assert boxed().reason == f"Restored from change {change.pk}: Typing error"


def test_puts_one_field_back(staff, box):
    Box.objects.update(price=20, colour="blue")
    confirm(staff, address(box, last(), "price"))
    box.refresh_from_db()
    assert (box.price, box.colour) == (Decimal("12.10"), "blue")


def test_says_when_there_is_nothing_to_put_back(staff, box):
    Box.objects.update(price=20)
    change = last()
    Box.objects.update(price="12.10")
    response = confirm(staff, address(box, change))
    assert said(response) == ["There is nothing to restore: these values stand as they were."]


def test_a_value_that_is_no_longer_allowed_is_refused_with_its_reason(staff, box):
    Change.objects.create(
        set=last(operation="insert").set, table="shelf_box", key=box.pk, operation="update", before={"price": -5}
    )
    response = confirm(staff, address(box, last()))
    assert said(response) == ["A price is never negative."]
    assert Box.objects.get().price == Decimal("12.10")


def test_a_record_that_is_gone_cannot_be_pointed_to_again(staff, box):
    room = Room.objects.create(name="Cellar")
    Box.objects.update(room=room)
    Box.objects.update(room=None)
    room.delete()
    (message,) = said(confirm(staff, address(box, last())))
    assert message.startswith("Room: ")
    assert Box.objects.get().room is None


def test_S7_a_secret_is_not_kept_and_so_not_restored(staff, box):
    Box.objects.update(secret="other")
    assert said(confirm(staff, address(box, last()))) == ["Secret: its value is not kept"]
    assert Box.objects.get().secret == "other"


def test_S2_what_the_form_does_not_let_one_edit_is_not_restored(staff, box):
    Change.objects.create(
        set=last(operation="insert").set, table="shelf_box", key=box.pk, operation="update", before={"weight": 9}
    )
    assert said(confirm(staff, address(box, last()))) == ["Weight: you may not edit this field here"]
    assert Box.objects.get().weight == 0


def test_S2_who_may_only_look_sees_no_restore_and_cannot(client, ben, box):
    grant(ben, "view_box")
    Box.objects.update(price=20)
    client.force_login(ben)
    html = client.get(reverse("admin:shelf_box_history", args=[box.pk])).content.decode()
    assert "12.10" in html
    assert "Restore" not in html
    assert confirm(client, address(box, last())).status_code == 403
    assert Box.objects.get().price == 20


def test_a_change_of_another_record_is_not_found_here(staff, box):
    other = Box.objects.create(name="Other")
    Box.objects.filter(pk=other.pk).update(price=20)
    assert confirm(staff, address(box, last())).status_code == 404


def test_puts_back_what_a_child_was(staff, box):
    Item.objects.create(box=box, label="Long nail")
    Item.objects.update(label="Short nail")
    confirm(staff, address(box, last(Item)))
    assert Item.objects.get().label == "Long nail"


def test_brings_a_deleted_child_back_under_its_key(staff, box):
    item = Item.objects.create(box=box, label="Long nail")
    key = item.pk
    item.delete()
    confirm(staff, address(box, last(Item, "delete")))
    assert Item.objects.values_list("pk", "label", "box").get() == (key, "Long nail", box.pk)


def test_what_is_there_again_is_not_brought_back_twice(staff, box):
    Item.objects.create(box=box, label="Long nail").delete()
    change = last(Item, "delete")
    confirm(staff, address(box, change))
    assert said(confirm(staff, address(box, change)))[-1] == "This record is there already."
    assert Item.objects.count() == 1


def returning(change):
    return reverse("admin:shelf_box_return", args=[change.pk])


def test_lists_deleted_records_with_a_way_back(staff, anna, box):
    with recording(actor=anna, reason="Empty"):
        box.delete()
    html = staff.get(reverse("admin:shelf_box_recently_deleted")).content.decode()
    for words in ("Nails", "Anna Nowak", "Empty", returning(last(operation="delete"))):
        assert words in html


def test_brings_a_deleted_record_back_with_its_children(staff, box):
    key, room = box.pk, Room.objects.create(name="Cellar")
    Box.objects.update(room=room, weight=4)
    Item.objects.create(box=box, label="Long nail", room=room)
    Item.objects.create(box=box, label="Short nail")
    Item.objects.get(label="Short nail").delete()
    with recording():
        Box.objects.get().delete()
    change = last(operation="delete")
    page = staff.get(returning(change)).content.decode()
    assert "item “Long nail”" in page
    assert "Short nail" not in page
    response = confirm(staff, returning(change))
    assert response["Location"] == reverse("admin:shelf_box_history", args=[key])
    back = Box.objects.get()
    assert (back.pk, back.name, back.price, back.room, back.version) == (key, "Nails", Decimal("12.10"), room, 1)
    assert list(back.items.values_list("label", flat=True)) == ["Long nail"]


def test_brings_back_what_it_needs_and_the_links_that_were_cleared(staff, box):
    room = Room.objects.create(name="Cellar")
    Box.objects.update(room=room)
    other = Box.objects.create(name="Other", room=room)
    with recording():
        Box.objects.filter(pk=other.pk).update(room=None)
        Box.objects.get(pk=box.pk).delete()
        room.delete()
    confirm(staff, returning(last(operation="delete")))
    assert set(Box.objects.values_list("name", "room__name")) == {("Nails", "Cellar"), ("Other", "Cellar")}


def test_what_cannot_come_back_leaves_nothing_behind(staff, box):
    room = Room.objects.create(name="Cellar")
    Box.objects.update(room=room)
    with recording():
        Box.objects.get().delete()
    with recording():
        room.delete()
    (message,) = said(confirm(staff, returning(last(operation="delete"))))
    assert "room" in message.lower()
    assert not Box.objects.exists()


def test_S2_bringing_back_needs_the_right_to_add(client, ben, box):
    grant(ben, "view_box", "change_box")
    Item.objects.create(box=box, label="Long nail")
    with recording():
        Box.objects.get().delete()
    change = last(operation="delete")
    client.force_login(ben)
    assert "Bring back" not in client.get(reverse("admin:shelf_box_recently_deleted")).content.decode()
    assert said(confirm(client, returning(change))) == ["You may not add boxes.", "You may not add items."]
    assert not Box.objects.exists()


def test_a_deleted_record_keeps_its_history(staff, box):
    Box.objects.update(price=20)
    Box.objects.get().delete()
    html = staff.get(reverse("admin:shelf_box_deleted", args=[last(operation="delete").pk])).content.decode()
    assert "History of Nails" in html
    assert "12.10" in html
