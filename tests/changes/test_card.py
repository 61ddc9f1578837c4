"""One's own last changes on the dashboard."""

import pytest
from django.contrib.auth.models import Group

from foundation.changes.cards import my_changes
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.identity.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return User.objects.create_superuser("ada@hub.example", name="Ada")


def _seen(rf, user):
    request = rf.get("/")
    request.user = user
    context = my_changes(request)
    return context and [(entry.name, str(entry.change.get_operation_display())) for entry, _url in context["entries"]]


def _save(user, group, source=Source.FORM):
    with recording(source=source, actor=user):
        group.save()


def test_last_changed_come_first_and_each_record_once(rf, ada):
    day, night = Group(name="Day"), Group(name="Night")
    for group in (day, night):
        _save(ada, group)
    day.name = "Early"
    _save(ada, day)
    assert _seen(rf, ada) == [("Early", "Changed"), ("Night", "Added")]


def test_what_others_or_machines_changed_is_not_mine(rf, ada):
    _save(User.objects.create_staff("bob@hub.example"), Group(name="Day"))
    _save(ada, Group(name="Night"), Source.IMPORT)
    assert _seen(rf, ada) is None


def test_card_costs_the_same_for_many_changes(rf, ada, django_assert_max_num_queries):
    for number in range(12):
        _save(ada, Group(name=f"Shift {number}"))
    with django_assert_max_num_queries(8):
        assert len(_seen(rf, ada)) == 6
