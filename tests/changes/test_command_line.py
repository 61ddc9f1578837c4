"""Management commands that know nothing of the ledger."""

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from foundation.changes.command_line import record_command_line
from foundation.changes.testing import assert_no_unknown_changes, last_change, no_unknown_changes
from tests.shelf.models import Room


@pytest.fixture
def command_line():
    """Pretend that the process was started as `manage.py …`."""

    def start(*arguments):
        record_command_line(["manage.py", *arguments])
        connection_created.send(sender=connection.__class__, connection=connection)

    yield start
    connection_created.disconnect(dispatch_uid="changes.command_line")


@pytest.mark.django_db
def test_a_command_names_itself(command_line, boxed):
    command_line("loaddata", "rooms.json")
    Room.objects.create(name="Cellar")
    assert (boxed().source, boxed().via) == ("command", "manage.py loaddata")


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [["runserver"], ["worker"], []])
def test_a_server_does_not(command_line, arguments, boxed):
    command_line(*arguments)
    Room.objects.create(name="Cellar")
    assert boxed().source == "unknown"


@pytest.mark.django_db
def test_an_unknown_change_is_reported_with_its_table():
    before = last_change()
    Room.objects.create(name="Cellar")
    with pytest.raises(AssertionError, match=r"without recording\(\): insert shelf_room"), no_unknown_changes():
        Room.objects.create(name="Attic")
    with pytest.raises(AssertionError, match="insert shelf_room"):
        assert_no_unknown_changes(since=before)
