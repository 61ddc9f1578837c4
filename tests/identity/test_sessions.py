"""Sessions: what ends them, and when."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from foundation.identity.models import User
from foundation.identity.sessions import sessions_end
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.django_db
OVERVIEW = "/accounts/"


def is_in(client):
    return client.get(OVERVIEW).status_code == 200


@pytest.fixture
def signed_in(anna):
    client = Client()
    client.force_login(anna)
    assert is_in(client)
    return client


CHANGES = {
    "deactivation": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "losing the admin": lambda user: User.objects.filter(pk=user.pk).update(is_staff=False),
    "promotion": lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True),
    "a role more": lambda user: user.groups.add(Group.objects.get(name="Read only")),
    "a role in bulk": lambda user: User.groups.through.objects.bulk_create(
        [User.groups.through(user=user, group=Group.objects.get(name="Read only"))]
    ),
    "a permission more": lambda user: user.user_permissions.add(Permission.objects.first()),
    "signing out everywhere": lambda user: sessions_end(user=user, actor=user),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_S4_session_ends_with(signed_in, anna, change):
    change(anna)
    assert not is_in(signed_in)


def test_S4_session_ends_when_a_role_is_taken_away(anna):
    anna.groups.add(Group.objects.get(name="Read only"))
    client = Client()
    client.force_login(anna)
    assert is_in(client)
    anna.groups.clear()
    assert not is_in(client)


def test_session_survives_a_change_of_name(signed_in, anna):
    User.objects.filter(pk=anna.pk).update(name="Anna Kowalska")
    assert is_in(signed_in)


def test_S4_saving_an_old_copy_of_the_user_revives_no_session(signed_in, anna):
    sessions_end(user=anna, actor=anna)
    anna.name = "Old copy"
    anna.save()
    assert not is_in(signed_in)


def test_S4_changing_the_password_ends_the_other_sessions_only(signed_in, anna):
    other = Client()
    other.force_login(anna)
    data = {"oldpassword": PASSWORD, "password1": "a new long phrase", "password2": "a new long phrase"}
    assert signed_in.post(reverse("account_change_password"), data).status_code == 302
    assert (is_in(signed_in), is_in(other)) == (True, False)


def test_sign_out_everywhere_else_keeps_this_session(signed_in, anna):
    other = Client()
    other.force_login(anna)
    signed_in.post(reverse("account_sign_out_everywhere"))
    assert (is_in(signed_in), is_in(other)) == (True, False)


def test_S6_signing_out_takes_a_post(signed_in):
    assert signed_in.get(reverse("account_sign_out_everywhere")).status_code == 405
    signed_in.get(reverse("account_logout"))
    assert is_in(signed_in)
    signed_in.post(reverse("account_logout"))
    assert not is_in(signed_in)


HOUR = 3600


@pytest.mark.parametrize(
    ("kind", "idle", "alive"),
    [("staff", 2 * HOUR - 60, True), ("staff", 2 * HOUR + 60, False), ("portal", 13 * 24 * HOUR, True)]
    + [("portal", 14 * 24 * HOUR + 60, False)],
)
def test_S4_idle_limit(anna, buyer, kind, idle, alive):
    client = Client()
    client.force_login({"staff": anna, "portal": buyer}[kind])
    with time_machine.travel(timedelta(seconds=idle)):
        assert is_in(client) is alive


def test_S4_absolute_limit_ends_a_busy_session_and_says_why(signed_in, settings):
    for hour in range(1, 17):
        with time_machine.travel(timedelta(hours=hour, seconds=-60)):
            assert is_in(signed_in)
    with time_machine.travel(timedelta(hours=16, seconds=1)):
        answer = signed_in.get(OVERVIEW, follow=True)
    assert "You were signed in for a long time" in answer.content.decode()


def test_S4_parts_that_refresh_themselves_are_no_activity(signed_in):
    for minutes in range(10, 120, 10):
        with time_machine.travel(timedelta(minutes=minutes)):
            assert signed_in.get(OVERVIEW, headers={"HX-Request": "true"}).status_code == 200
    with time_machine.travel(timedelta(minutes=121)):
        assert not is_in(signed_in)


def test_session_row_is_written_at_most_once_a_minute(signed_in, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as queries:
        is_in(signed_in)
    assert not [query for query in queries.captured_queries if query["sql"].startswith("UPDATE")]
