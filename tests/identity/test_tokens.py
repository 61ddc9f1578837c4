"""API tokens: issue, find, revoke, and the rules of their table."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from foundation.identity.models import ApiToken
from foundation.identity.tokens import token_find, token_issue, token_note_use, token_revoke


def test_S7_token_is_stored_hashed(anna, make_token):
    token, plain_text = make_token(anna)
    stored = ApiToken.objects.filter(pk=token.pk).values().get()
    assert plain_text.startswith(f"{token.prefix}_")
    assert plain_text.removeprefix(token.prefix) not in repr(stored)
    assert len(stored["digest"]) == 64


def test_token_is_found_with_its_owner_by_one_query(anna, make_token, django_assert_num_queries):
    token, plain_text = make_token(anna)
    with django_assert_num_queries(1):
        found = token_find(plain_text)
        assert (found, found.owner) == (token, anna)


def test_expired_token_is_not_found(anna, make_token):
    _, plain_text = make_token(anna, days=1)
    with time_machine.travel(timedelta(days=1, seconds=1)):
        assert token_find(plain_text) is None


def test_revoked_token_is_not_found(anna, make_token):
    token, plain_text = make_token(anna)
    token_revoke(token=token, actor=anna)
    assert token_find(plain_text) is None
    assert token.state == ApiToken.State.REVOKED


def test_S2_token_of_a_deactivated_owner_is_not_found(anna, make_token):
    _, plain_text = make_token(anna)
    anna.is_active = False
    anna.save()
    assert token_find(plain_text) is None


@pytest.mark.parametrize("change", [lambda t: f"{t[:-1]}!", lambda t: t[:17], lambda t: "", lambda t: f"{t}\0"])
def test_near_misses_are_not_found(anna, make_token, change):
    _, plain_text = make_token(anna)
    assert token_find(change(plain_text)) is None


def test_right_beginning_with_a_wrong_secret_is_not_found(anna, make_token):
    token, _ = make_token(anna)
    assert token_find(f"{token.prefix}_{'x' * 43}") is None


def test_revoking_twice_keeps_the_first_time(anna, make_token):
    token, _ = make_token(anna)
    first = token_revoke(token=token, actor=anna).revoked_at
    assert token_revoke(token=token, actor=anna).revoked_at == first


def test_use_is_noted_at_most_every_five_minutes(anna, make_token, django_assert_num_queries):
    token, _ = make_token(anna)
    token_note_use(token)
    with django_assert_num_queries(0):
        token_note_use(token)
    with time_machine.travel(timedelta(minutes=6)):
        token_note_use(token)
    assert ApiToken.objects.get().last_used_at == token.last_used_at > timezone.now()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": ["things:fly"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"name": " "}, "name"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "__all__"),
        ({"expires_at": timezone.now() + timedelta(days=400)}, "__all__"),
    ],
)
def test_wrong_token_is_refused_with_a_sentence(anna, scopes, changes, field):
    right = {"name": "Shop", "scopes": scopes, "expires_at": timezone.now() + timedelta(days=1)}
    with pytest.raises(ValidationError) as refusal:
        token_issue(user=anna, **right | changes)
    assert list(refusal.value.message_dict) == [field]
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"name": ""}, "api_token_name_not_blank"),
        ({"scopes": []}, "api_token_has_scopes"),
        ({"digest": "plain text"}, "api_token_digest_is_sha256"),
        ({"expires_at": timezone.now() - timedelta(days=400)}, "api_token_expires_after_creation"),
        ({"expires_at": timezone.now() + timedelta(days=400)}, "api_token_expires_within_a_year"),
    ],
)
def test_rules_hold_past_the_form(anna, make_token, changes, constraint):
    make_token(anna)
    with pytest.raises(IntegrityError, match=constraint):
        ApiToken.objects.update(**changes)


def test_beginning_is_unique(anna, make_token):
    token, _ = make_token(anna)
    token.pk = None
    with pytest.raises(IntegrityError, match="api_token_prefix_unique"):
        ApiToken.objects.bulk_create([token])
