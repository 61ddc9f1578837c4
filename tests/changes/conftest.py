"""People and ways to read the ledger."""

import pytest

from foundation.changes.models import Change, ChangeSet
from foundation.identity.models import User


@pytest.fixture
def anna(db):
    return User.objects.create_superuser("anna@example.com", name="Anna Nowak")


@pytest.fixture
def ben(db):
    return User.objects.create_staff("ben@example.com", name="Ben Kowalski")


@pytest.fixture
def changes():
    """Return (operation, key, before) of everything written to a model's table, oldest first."""

    def read(model):
        rows = Change.objects.filter(table=model._meta.db_table).order_by("id")
        return list(rows.values_list("operation", "key", "before"))

    return read


@pytest.fixture
def sets():
    """Return (source, actor's name, reason, number of changes) of every set, oldest first."""

    def read():
        return [
            (s.source, s.actor.name if s.actor else "", s.reason, s.changes.count())
            for s in ChangeSet.objects.order_by("id")
        ]

    return read
