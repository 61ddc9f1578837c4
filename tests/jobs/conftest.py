"""Things the tests of background work share."""

import dataclasses

import pytest

from foundation.identity.models import User
from foundation.jobs import registry
from tests.jobs.probe import tasks  # noqa: F401  (registers its kinds)


@pytest.fixture
def anna(db):
    return User.objects.create_superuser("anna@example.com", name="Anna")


@pytest.fixture
def handled_by(monkeypatch):
    """Put another function behind a kind of job for the length of a test."""

    def replace(kind, handler):
        changed = dataclasses.replace(registry.job_kind(kind), handler=handler)
        monkeypatch.setitem(registry._kinds, kind, changed)

    return replace
