"""Requests that may change something are recorded as one set."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from foundation.changes.recording import current_recording, set_actor
from foundation.identity.models import User
from tests.shelf.models import Room

pytestmark = pytest.mark.django_db


def create(request):
    for name in request.POST.getlist("name") or ["Cellar"]:
        Room.objects.create(name=name)
    return HttpResponse(status=int(request.GET.get("status", 200)))


def crash(request):
    Room.objects.create(name="Cellar")
    raise ZeroDivisionError


def by_token(request):
    set_actor(User.objects.get(email=request.headers["X-Who"]), via="Token Shop")
    return create(request)


def state(request):
    return HttpResponse(str(current_recording()))


@transaction.non_atomic_requests
def by_itself(request):
    return state(request)


urlpatterns = [
    path("form/", create),
    path("crash/", crash),
    path("api/v1/rooms/", create),
    path("api/v1/token/", by_token),
    path("state/", state),
    path("itself/", by_itself),
]


@pytest.fixture(autouse=True)
def _urls():
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def signed_in(anna):
    client = Client()
    client.force_login(anna)
    return client


def test_a_form_is_one_set_of_the_person_signed_in(signed_in, sets):
    signed_in.post("/form/", {"name": ["Cellar", "Attic"]})
    assert sets() == [("form", "Anna Nowak", "", 2)]


def test_a_request_to_the_api_names_its_source(signed_in, sets):
    signed_in.put("/api/v1/rooms/")
    assert sets() == [("api", "Anna Nowak", "", 1)]


def test_authentication_inside_the_view_names_the_actor(client, anna, sets):
    client.post("/api/v1/token/", headers={"X-Who": anna.email})
    assert sets() == [("api", "Anna Nowak", "", 1)]


def test_an_error_takes_everything_back(client):
    with pytest.raises(ZeroDivisionError):
        client.post("/crash/")
    assert not Room.objects.exists()


@pytest.mark.parametrize(("status", "kept"), [(201, 1), (400, 0), (409, 0), (412, 0), (500, 0)])
def test_a_refusal_of_the_api_leaves_nothing_behind(client, status, kept):
    client.post(f"/api/v1/rooms/?status={status}")
    assert Room.objects.count() == kept


def test_a_reading_request_opens_no_transaction(client):
    assert client.get("/state/").content == b"None"
    assert client.post("/state/").content != b"None"


def test_a_view_may_do_it_itself(client):
    assert client.post("/itself/").content == b"None"
