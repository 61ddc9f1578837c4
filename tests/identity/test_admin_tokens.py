"""API tokens in the admin: shown once, revoked after a question, never edited."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from foundation.identity.models import ApiToken
from foundation.identity.tokens import token_find

pytestmark = pytest.mark.django_db
LIST = "/admin/identity/apitoken/"


@pytest.fixture
def user(anna):
    """May have tokens of her own."""
    anna.user_permissions.set(
        Permission.objects.filter(codename__in=["view_apitoken", "add_apitoken", "change_apitoken"])
    )
    return anna


def issue(client, **changes):
    return client.post(f"{LIST}add/", {"name": "Shop", "scopes": ["things:read"], "days": "30"} | changes)


def test_S7_token_is_shown_once(client, user, scopes):
    client.force_login(user)
    answer = issue(client)
    text = re.search(r"hub_[0-9a-f]{12}_[\w-]{43}", answer.content.decode()).group()
    token = token_find(text)
    assert (token.owner, token.scopes) == (user, ["things:read"])
    assert 29 <= (token.expires_at - token.created_at).days <= 30
    assert answer["Cache-Control"].find("no-store") >= 0
    for page in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/history/"):
        assert text not in client.get(page).content.decode()
    assert text not in "".join(entry.change_message + entry.object_repr for entry in LogEntry.objects.all())


@pytest.mark.parametrize("changes", [{"scopes": []}, {"scopes": ["things:fly"]}, {"name": ""}, {"days": "4000"}])
def test_wrong_token_is_refused_in_the_form(client, user, scopes, changes):
    client.force_login(user)
    assert issue(client, **changes).status_code == 200
    assert not ApiToken.objects.exists()


def test_people_see_and_revoke_their_own_tokens_only(client, user, superuser, make_token):
    client.force_login(user)
    own, _ = make_token(user)
    other, _ = make_token(superuser)
    assert [token.pk for token in client.get(LIST).context["cl"].result_list] == [own.pk]
    assert client.post(f"{LIST}{other.pk}/revoke/", {"confirmed": "yes"}).status_code == 404
    client.post(LIST, {"action": "revoke", "_selected_action": [own.pk, other.pk], "confirmed": "yes"})
    assert set(ApiToken.objects.filter(revoked_at=None)) == {other}


def test_S6_revoking_asks_first(client, user, make_token):
    client.force_login(user)
    token, text = make_token(user)
    assert "cannot be taken back" in client.get(f"{LIST}{token.pk}/revoke/").content.decode()
    assert token_find(text) == token
    client.post(f"{LIST}{token.pk}/revoke/", {"confirmed": "yes"})
    assert token_find(text) is None


def test_S2_token_for_somebody_who_may_more_is_refused(client, user, superuser, scopes):
    user.user_permissions.add(Permission.objects.get(codename="manage_all_apitokens"))
    client.force_login(user)
    assert "who may do no more than you" in issue(client, owner=superuser.pk).content.decode()
    assert not ApiToken.objects.exists()


def test_S2_owner_cannot_be_forged_without_the_permission(client, user, superuser, scopes):
    client.force_login(user)
    issue(client, owner=superuser.pk)
    assert ApiToken.objects.get().owner == user


def test_administrator_issues_for_others_and_sees_all(client, superuser, user, scopes, make_token, events):
    client.force_login(superuser)
    issue(client, owner=user.pk)
    assert ApiToken.objects.get().owner == user
    assert client.get(LIST).context["cl"].result_count == 1
    assert [(event[0], event[1]) for event in events] == [("sign_in.done", superuser), ("token.issued", superuser)]


def test_token_cannot_be_edited_or_deleted(client, superuser, make_token):
    client.force_login(superuser)
    token, _ = make_token(superuser)
    assert client.post(f"{LIST}{token.pk}/change/", {"name": "Other"}).status_code == 403
    assert client.post(f"{LIST}{token.pk}/delete/", {"post": "yes"}).status_code == 403
    token.refresh_from_db()
    assert token.name == "Shop"


@pytest.mark.parametrize("state", ["valid", "expired", "revoked"])
def test_list_is_narrowed_by_state(client, superuser, make_token, state):
    client.force_login(superuser)
    tokens = {name: make_token(superuser)[0] for name in ("valid", "expired", "revoked")}
    long_ago = timezone.now() - timedelta(days=3)
    ApiToken.objects.filter(pk=tokens["expired"].pk).update(created_at=long_ago, expires_at=timezone.now())
    ApiToken.objects.filter(pk=tokens["revoked"].pk).update(revoked_at=timezone.now())
    shown = client.get(f"{LIST}?state={state}").context["cl"].result_list
    assert [token.pk for token in shown] == [tokens[state].pk]
