"""What is written down beside the changes of records."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path, reverse

from foundation.changes.audit import audit
from foundation.changes.models import AuditEvent
from foundation.identity.models import User
from tests.shelf.models import Room

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def refuse(request):
    raise PermissionDenied


urlpatterns = [
    path("refuse/", refuse),
    path("accounts/", include("allauth.urls")),
    path("", lambda request: HttpResponse(), name="home"),
]


@pytest.fixture
def person():
    return User.objects.create_user("cleo@example.com", PASSWORD, name="Cleo")


@pytest.fixture
def events():
    return lambda: list(AuditEvent.objects.order_by("id").values_list("kind", "actor__name", "subject_key", "detail"))


def sign_in(client, email, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_S10_a_sign_in_is_written_down(client, person, events):
    sign_in(client, "Cleo@example.com")
    assert events() == [("sign_in.done", "Cleo", str(person.pk), {})]
    assert AuditEvent.objects.get().address == "127.0.0.1"


def test_S10_a_refused_sign_in_names_the_person_it_was_about(client, person, events):
    sign_in(client, "cleo@example.com", "wrong")
    assert [event[:3] for event in events()] == [("sign_in.refused", None, str(person.pk))]


def test_S10_what_a_stranger_typed_is_not_kept(client, events):
    sign_in(client, "nobody@example.com", "wrong")
    ((kind, actor, subject, detail),) = events()
    assert (kind, actor, subject) == ("sign_in.refused", None, "")
    assert "nobody" not in str(detail)


def test_S10_signing_out_and_a_new_password_are_written_down(client, person, events):
    sign_in(client, "cleo@example.com")
    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another good password", "password2": "another good password"},
    )
    client.post(reverse("account_logout"))
    assert [kind for kind, *_ in events()] == ["sign_in.done", "password.changed", "sign_out.done"]


@override_settings(ROOT_URLCONF=__name__)
def test_S10_a_refusal_is_written_down_for_somebody_signed_in(client, person, events):
    client.get("/refuse/")
    client.force_login(person)
    client.post("/refuse/?secret=1")
    assert events()[1:] == [("access.refused", "Cleo", "", {"method": "POST", "path": "/refuse/"})]


def test_S10_no_value_can_forge_a_line():
    event = audit("test", detail={"na\nme": ["a\r\nb", {"c": "d\u2028e"}], "number": 1})
    assert event.detail == {"na me": ["a b", {"c": "d e"}], "number": 1}


def test_an_event_names_its_record(anna):
    room = Room.objects.create(name="Cellar")
    event = audit("export.done", actor=anna, subject=room, detail={"rows": 12})
    assert (event.subject_type, event.subject_key, event.actor) == ("shelf.room", str(room.pk), anna)
