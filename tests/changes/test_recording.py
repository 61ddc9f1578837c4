"""Who a transaction writes for."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from foundation.changes.models import Change, ChangeSet, Source
from foundation.changes.recording import current_recording, recording, recording_each_write, set_actor
from tests.shelf.models import Box, Room

pytestmark = pytest.mark.django_db


def test_one_set_holds_all_changes_of_the_block(anna, sets):
    with recording(source=Source.FORM, actor=anna, reason="Tidying up"):
        Room.objects.create(name="Cellar")
        Box.objects.create(name="Nails")
        Box.objects.update(name="Screws")
    assert sets() == [("form", "Anna Nowak", "Tidying up", 3)]


def test_set_names_job_request_and_means(anna):
    with recording(source=Source.IMPORT, actor=anna, job_id=12, request_id="abc", via="customers.csv"):
        Room.objects.create(name="Cellar")
    assert ChangeSet.objects.values_list("job_id", "request_id", "via").latest("id") == (12, "abc", "customers.csv")


def test_a_block_that_changes_nothing_leaves_no_set(anna):
    Room.objects.create(name="Cellar")
    with recording(actor=anna):
        Room.objects.update(name="Cellar")
        list(Room.objects.all())
    assert not ChangeSet.objects.filter(actor=anna).exists()


def test_a_write_without_a_block_is_unknown(sets):
    Room.objects.create(name="Cellar")
    assert sets() == [("unknown", "", "", 1)]


def test_blocks_one_after_the_other_have_sets_of_their_own(anna, ben, sets):
    Room.objects.create(name="Hall")
    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Cellar")
    with recording(source=Source.SYNC, actor=ben):
        Room.objects.create(name="Attic")
    Room.objects.create(name="Vault")
    assert sets() == [
        ("unknown", "", "", 1),
        ("form", "Anna Nowak", "", 1),
        ("sync", "Ben Kowalski", "", 1),
        ("unknown", "", "", 1),
    ]


def test_a_block_inside_another_joins_it(anna, ben, sets):
    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Cellar")
        with recording(source=Source.COMMAND, actor=ben):
            Room.objects.create(name="Attic")
    assert sets() == [("form", "Anna Nowak", "", 2)]


def test_a_rolled_back_savepoint_takes_its_set_along(anna, sets):
    with recording(source=Source.FORM, actor=anna, reason="kept"):
        with transaction.atomic():
            Room.objects.create(name="Cellar")
            transaction.set_rollback(True)
        assert sets() == []
        Room.objects.create(name="Attic")
    assert sets() == [("form", "Anna Nowak", "kept", 1)]


def test_a_savepoint_rolled_back_later_keeps_the_set_made_before_it(anna, sets):
    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Attic")
        with transaction.atomic():
            Room.objects.create(name="Cellar")
            transaction.set_rollback(True)
        Room.objects.create(name="Hall")
    assert sets() == [("form", "Anna Nowak", "", 2)]


def create_twice(anna):
    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Cellar")
        Room.objects.create(name="Cellar")


def test_an_error_takes_everything_back_and_ends_the_block(anna, sets):
    with pytest.raises(IntegrityError):
        create_twice(anna)
    assert current_recording() is None
    Room.objects.create(name="Attic")
    assert sets() == [("unknown", "", "", 1)]


def test_a_block_marked_for_rollback_ends_quietly(anna):
    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Cellar")
        transaction.set_rollback(True)
    assert (Room.objects.count(), ChangeSet.objects.filter(actor=anna).count()) == (0, 0)


def test_the_actor_may_be_named_later(anna, sets):
    with recording(source=Source.API):
        set_actor(anna, via="Token Shop")
        Room.objects.create(name="Cellar")
    assert sets() == [("api", "Anna Nowak", "", 1)]
    assert ChangeSet.objects.latest("id").via == "Token Shop"


def test_naming_an_actor_leaves_earlier_changes_with_whom_they_were_made(anna, sets):
    with recording(source=Source.API):
        Room.objects.create(name="Cellar")
        set_actor(anna)
        Room.objects.create(name="Attic")
    assert sets() == [("api", "", "", 1), ("api", "Anna Nowak", "", 1)]


def test_naming_an_actor_outside_a_block_does_nothing(anna, django_assert_num_queries):
    with django_assert_num_queries(0):
        set_actor(anna)


def test_costs_one_statement_around_the_work(anna, django_assert_num_queries):
    with django_assert_num_queries(4), recording(actor=anna):  # savepoint, enter, leave, release
        pass


@pytest.mark.django_db(transaction=True)
def test_costs_one_statement_in_a_transaction_of_its_own(anna, django_assert_num_queries):
    with django_assert_num_queries(3), recording(actor=anna):  # begin, enter, commit
        pass


@pytest.mark.django_db(transaction=True)
def test_what_happens_after_the_commit_is_not_part_of_the_block(anna, sets):
    def later():
        with recording(source=Source.SYSTEM, reason="after"):
            Room.objects.create(name="Attic")

    with recording(source=Source.FORM, actor=anna):
        Room.objects.create(name="Cellar")
        transaction.on_commit(later)
    assert sets() == [("form", "Anna Nowak", "", 1), ("system", "", "after", 1)]


@pytest.mark.django_db(transaction=True)
def test_each_statement_outside_a_transaction_is_a_set_of_its_own(sets):
    Room.objects.create(name="Cellar")
    Room.objects.create(name="Attic")
    assert sets() == [("unknown", "", "", 1)] * 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE changes_change SET before = '{}'",
        "DELETE FROM changes_change",
        "TRUNCATE changes_change",
        "UPDATE changes_changeset SET actor_id = NULL",
        "DELETE FROM changes_changeset",
        "TRUNCATE changes_changeset CASCADE",
        "UPDATE changes_auditevent SET kind = ''",
        "DELETE FROM changes_auditevent",
        "TRUNCATE changes_auditevent",
    ],
)
def test_S10_the_ledger_is_only_ever_added_to(statement):
    Room.objects.create(name="Cellar")
    with pytest.raises(ProgrammingError, match="is append-only"), transaction.atomic():
        connection.cursor().execute(f"SET CONSTRAINTS ALL IMMEDIATE; {statement}")
    assert Change.objects.filter(table="shelf_room").count() == 1


def test_S10_erasure_may_blank_values_inside_its_transaction():
    Room.objects.create(name="Cellar")
    Room.objects.update(name="Attic")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL hub.ledger_erasure = 'on'")
        cursor.execute("UPDATE changes_change SET before = NULL")
    assert not Change.objects.filter(before__isnull=False).exists()


def test_each_write_may_be_named_without_a_transaction_around_all(anna, sets):
    with recording_each_write(source=Source.FORM):
        Room.objects.create(name="Cellar")
        set_actor(anna)
        with transaction.atomic():
            Room.objects.create(name="Attic")
    assert {source for source, *_ in sets()} == {"form"}


@pytest.mark.django_db(transaction=True)
def test_a_write_named_by_itself_is_seen_by_others_at_once(anna, sets):
    with recording_each_write(source=Source.FORM):
        Room.objects.create(name="Cellar")
        assert not connection.in_atomic_block
        set_actor(anna)
        Room.objects.create(name="Attic")
        with recording(source=Source.IMPORT, reason="inside"):
            Room.objects.create(name="Hall")
    assert sets() == [("form", "", "", 1), ("form", "Anna Nowak", "", 1), ("import", "", "inside", 1)]
