"""People and ways to read the ledger."""

import pytest
from django.db.models import Count, Q

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
    """Return (source, actor's name, reason, number of changes) of every set that touched the shelf, oldest first."""

    def read():
        counted = ChangeSet.objects.annotate(
            number=Count("changes", filter=Q(changes__table__startswith="shelf_"))
        ).filter(number__gt=0)
        return [
            (s.source, s.actor.name if s.actor else "", s.reason, s.number)
            for s in counted.select_related("actor").order_by("id")
        ]

    return read


@pytest.fixture
def boxed(sets):
    """Return the newest set that touched the shelf."""
    return lambda: ChangeSet.objects.filter(changes__table__startswith="shelf_").distinct().latest("id")
