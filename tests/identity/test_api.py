"""What a token opens: the owner's rights, narrowed to its scopes."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import path
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient
from rest_framework.viewsets import ModelViewSet, ViewSet

from foundation.identity.api import HasScope, Scoped, TokenAuthentication
from foundation.identity.models import ApiToken
from foundation.identity.tokens import token_revoke


class GroupSerializer(ModelSerializer):
    class Meta:
        model = Group
        fields = ("id", "name")


class GroupViewSet(Scoped, ModelViewSet):
    queryset = Group.objects.order_by("id")
    serializer_class = GroupSerializer
    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (HasScope,)
    scope = "things"

    @action(detail=False, methods=["post"], scope="things:special", model_permissions={"POST": ["auth.delete_group"]})
    def special(self, request):
        return Response({"done": True})


class NamelessViewSet(ViewSet):
    authentication_classes = (TokenAuthentication,)
    permission_classes = (HasScope,)

    def list(self, request):
        return Response([])


urlpatterns = [
    path("groups/", GroupViewSet.as_view({"get": "list", "post": "create"})),
    path("nameless/", NamelessViewSet.as_view({"get": "list"})),
    path("", HttpResponse, name="home"),
]
special = GroupViewSet.special
urlpatterns.insert(0, path("groups/special/", GroupViewSet.as_view({"post": "special"}, **special.kwargs)))

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def client():
    return APIClient()


def may(user, *codenames):
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def bearer(plain_text):
    return {"HTTP_AUTHORIZATION": f"Bearer {plain_text}"}


def test_token_opens_what_owner_and_scope_allow(client, anna, make_token):
    may(anna, "view_group")
    _, plain_text = make_token(anna)
    answer = client.get("/groups/", **bearer(plain_text))
    assert answer.status_code == 200
    assert ApiToken.objects.get().last_used_at is not None


def test_scope_without_the_owner_s_permission_opens_nothing(client, anna, make_token):
    _, plain_text = make_token(anna)
    assert client.get("/groups/", **bearer(plain_text)).status_code == 403


def test_permission_without_the_scope_opens_nothing(client, anna, make_token):
    may(anna, "view_group", "add_group")
    _, plain_text = make_token(anna, words=["things:read"])
    assert client.post("/groups/", {"name": "New"}, **bearer(plain_text)).status_code == 403
    assert not Group.objects.filter(name="New").exists()


def test_superuser_s_token_is_narrowed_to_its_scopes_too(client, superuser, make_token):
    _, plain_text = make_token(superuser, words=["things:write"])
    assert client.get("/groups/", **bearer(plain_text)).status_code == 403
    assert client.post("/groups/", {"name": "New"}, **bearer(plain_text)).status_code == 201


def test_extra_action_asks_for_its_own_scope_and_permission(client, anna, make_token, scopes):
    from foundation.identity.scopes import register_scope, unregister_scope

    register_scope("things:special", "Special")
    _, plain = make_token(anna, words=["things:write"])
    _, special_token = make_token(anna, words=["things:special"])
    unregister_scope("things:special")
    assert client.post("/groups/special/", **bearer(special_token)).status_code == 403
    may(anna, "delete_group")
    assert client.post("/groups/special/", **bearer(plain)).status_code == 403
    assert client.post("/groups/special/", **bearer(special_token)).json() == {"done": True}


def test_A3_unknown_expired_and_revoked_tokens_get_the_same_answer(client, anna, make_token):
    may(anna, "view_group")
    _, expired = make_token(anna, days=1)
    token, revoked = make_token(anna, days=3)
    token_revoke(token=token, actor=anna)
    with time_machine.travel(timedelta(days=2)):
        answers = [client.get("/groups/", **bearer(text)) for text in ("hub_nothing", expired, revoked)]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies == [bodies[0]] * 3
    assert {(answer.status_code, answer["WWW-Authenticate"]) for answer in answers} == {(401, "Bearer")}


def test_without_any_credentials_the_answer_is_401(client):
    assert client.get("/groups/").status_code == 401


def test_session_of_staff_needs_no_scope_but_a_csrf_token(anna):
    may(anna, "view_group", "add_group")
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.get("/groups/").status_code == 200
    assert client.post("/groups/", {"name": "New"}).status_code == 403


def test_view_that_names_no_scope_is_a_mistake(client, anna, make_token):
    _, plain_text = make_token(anna)
    with pytest.raises(ImproperlyConfigured, match="NamelessViewSet uses HasScope and names no scope"):
        client.get("/nameless/", **bearer(plain_text))
