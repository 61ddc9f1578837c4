"""What the database writes into the ledger by itself, whatever way a row was written."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.migrations.writer import MigrationWriter
from django.db.utils import IntegrityError
from django.utils import timezone

from foundation.changes.models import Change
from foundation.changes.triggers import trigger_name
from tests.shelf.models import Box, Item, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def box():
    return Box.objects.create(name="Nails", price=Decimal("12.10"), secret="combination")


def copy(table, columns, rows):
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)


def test_insert_keeps_the_key_alone(box, changes):
    assert changes(Box) == [("insert", box.pk, None)]


def test_update_keeps_the_former_values_of_changed_fields(box, changes):
    box.name, box.price = "Screws", Decimal("9.90")
    box.save()
    assert changes(Box)[1:] == [("update", box.pk, {"name": "Nails", "price": Decimal("12.10")})]


def test_delete_keeps_the_whole_row_without_what_is_excluded_or_generated(box, changes):
    created = Box.objects.get().created_at
    key = box.pk
    box.delete()
    operation, deleted, before = changes(Box)[-1]
    assert (operation, deleted) == ("delete", key)
    assert timezone.datetime.fromisoformat(before.pop("created_at")) == created
    del before["updated_at"]
    assert before == {
        "id": key,
        "name": "Nails",
        "colour": "red",
        "room_id": None,
        "price": Decimal("12.10"),
        "made_on": None,
        "codes": [],
        "version": 1,
    }


def test_a_former_null_is_told_from_an_unchanged_field(box, changes):
    Box.objects.update(made_on="2026-01-02")
    Box.objects.update(made_on=None)
    assert [before for _, _, before in changes(Box)[1:]] == [{"made_on": None}, {"made_on": "2026-01-02"}]


def test_saving_without_a_change_is_no_change(box, changes):
    box.save()
    Box.objects.update(name="Nails")
    box.refresh_from_db()
    assert (box.version, len(changes(Box))) == (1, 1)


def test_every_real_change_raises_the_version(box):
    first = Box.objects.get()
    box.name = "Screws"
    box.save()
    assert box.version == 2
    Box.objects.update(colour="blue")
    box.refresh_from_db()
    assert box.version == 3
    assert box.updated_at >= first.updated_at
    assert box.created_at == first.created_at


def test_what_a_writer_sends_as_version_does_not_count(box):
    Box.objects.update(version=70)
    assert Box.objects.get().version == 1
    Box.objects.update(version=70, name="Screws")
    assert Box.objects.get().version == 2


def test_an_excluded_field_raises_the_version_and_stays_out_of_the_ledger(box, changes):
    Box.objects.update(weight=7)
    box.refresh_from_db()
    assert (box.version, len(changes(Box))) == (2, 1)
    Box.objects.update(weight=8, name="Screws")
    assert changes(Box)[1:] == [("update", box.pk, {"name": "Nails"})]


def test_S10_of_a_secret_the_ledger_says_that_it_changed_but_not_what_it_was(box, changes):
    Box.objects.update(secret="other")
    Box.objects.update(name="Screws")
    Box.objects.all().delete()
    assert changes(Box)[1:3] == [("update", box.pk, {"secret": "***"}), ("update", box.pk, {"name": "Nails"})]
    assert "secret" not in changes(Box)[3][2]


def test_the_key_of_a_row_never_changes(box):
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Box.objects.update(id=box.pk + 1)


def test_bulk_create_update_and_delete_are_seen(changes):
    boxes = Box.objects.bulk_create([Box(name=f"Box {n}") for n in range(3)])
    for each in boxes:
        each.name += "!"
    Box.objects.bulk_update(boxes, ["name"])
    Box.objects.all().delete()
    operations = [operation for operation, _, _ in changes(Box)]
    assert operations == ["insert"] * 3 + ["update"] * 3 + ["delete"] * 3


def test_copy_is_seen(changes):
    copy(
        "shelf_box",
        "name, colour, price, codes, secret, weight",
        [("A", "red", 1, "[]", "", 0), ("B", "red", 1, "[]", "", 0)],
    )
    assert [operation for operation, _, _ in changes(Box)] == ["insert", "insert"]


def test_insert_select_is_seen(box, changes):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shelf_box (name, colour, price, codes, secret, weight) "
            "SELECT name || n, colour, price, codes, '', 0 FROM shelf_box, generate_series(1, 3) n"
        )
    assert len(changes(Box)) == 4


def test_on_conflict_do_update_tells_new_rows_from_changed_and_equal_ones(changes):
    old, equal = Room.objects.create(name="Cellar"), Room.objects.create(name="Attic")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shelf_room (name) VALUES ('Cellar'), ('Attic'), ('Hall') "
            "ON CONFLICT (name) DO UPDATE SET name = CASE shelf_room.name WHEN 'Attic' THEN 'Attic' ELSE 'Vault' END"
        )
    hall = Room.objects.get(name="Hall")
    assert sorted(changes(Room)[2:]) == [("insert", hall.pk, None), ("update", old.pk, {"name": "Cellar"})]
    assert Room.objects.get(pk=equal.pk).version == 1


def test_a_cascade_is_seen_and_names_the_parent(box, changes):
    item = Item.objects.create(box=box, label="Small nail")
    key = item.pk
    box.delete()
    operation, deleted, before = changes(Item)[-1]
    assert (operation, deleted, before["label"]) == ("delete", key, "Small nail")


def test_a_child_that_moves_names_its_former_parent(box):
    other = Box.objects.create(name="Other")
    item = Item.objects.create(box=box, label="Nail")
    Item.objects.update(label="Long nail")
    Item.objects.update(box=other)
    Item.objects.all().delete()
    rows = Change.objects.filter(table="shelf_item").order_by("id").values_list("operation", "parent")
    assert list(rows) == [("insert", None), ("update", None), ("update", box.pk), ("delete", other.pk)]
    assert item.pk


def test_a_plan_made_for_one_row_still_serves_twenty_thousand(box):
    """The first update of a session plans the join for one row; a nested loop would take minutes for the second."""
    Box.objects.update(name="Planned")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shelf_box (name, colour, price, codes, secret, weight) "
            "SELECT 'B' || n, 'red', 1, '[]', '', 0 FROM generate_series(1, 20000) n"
        )
        cursor.execute("SET LOCAL statement_timeout = '20s'")
        cursor.execute("UPDATE shelf_box SET price = price + 1")
    assert Box.objects.filter(version=2, price=2).count() == 20_000


def test_long_table_names_get_short_trigger_names():
    table = "a_table_name_that_is_as_long_as_postgresql_lets_a_table_name_be"
    name = trigger_name(table, "insert")
    assert len(name) <= 63
    assert name != trigger_name(table, "update")


def test_a_migration_keeps_the_facts_and_makes_the_same_trigger_again():
    for trigger in Box._meta.triggers:
        compiled = trigger.compile(Box)
        code, imports = MigrationWriter.serialize(compiled)
        scope = {}
        exec("\n".join(imports), scope)  # noqa: S102 -- what a migration file does
        assert eval(code, scope) == compiled  # noqa: S307
        assert "plpgsql" not in code
        assert trigger.get_installation_status(Box) == ("INSTALLED", True)
