"""People and tokens for the tests of this room."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from foundation.identity.models import User
from foundation.identity.scopes import register_scope, unregister_scope
from foundation.identity.tokens import token_issue

PASSWORD = "correct horse battery staple"


@pytest.fixture
def superuser(db):
    return User.objects.create_superuser("root@example.com", PASSWORD, name="Ruth Root")


@pytest.fixture
def anna(db):
    """A member of staff without any right."""
    return User.objects.create_staff("anna@example.com", PASSWORD, name="Anna Nowak")


@pytest.fixture
def buyer(db):
    return User.objects.create_user("buyer@example.com", PASSWORD, kind=User.Kind.PORTAL)


@pytest.fixture
def scopes():
    words = ["things:read", "things:write"]
    for word in words:
        register_scope(word, word.replace(":", " "))
    yield words
    for word in words:
        unregister_scope(word)


@pytest.fixture
def make_token(scopes):
    """Issue a token for somebody; by default to read, for a day."""

    def make(user, *, words=("things:read",), days=1):
        return token_issue(user=user, name="Shop", scopes=list(words), expires_at=timezone.now() + timedelta(days=days))

    return make


@pytest.fixture
def manager(db):
    """Looks after people: has the permissions on users and groups, and nothing else."""
    user = User.objects.create_staff("mona@example.com", PASSWORD, name="Mona Manager")
    words = [f"{verb}_{model}" for model in ("user", "group") for verb in ("view", "add", "change", "delete")]
    user.user_permissions.set(
        Permission.objects.filter(codename__in=words, content_type__app_label__in=("identity", "auth")).exclude(
            codename="delete_user"
        )
    )
    return user


@pytest.fixture
def events(monkeypatch):
    """What was announced: (kind, actor, subject, detail)."""
    heard = []
    monkeypatch.setattr(
        "foundation.identity.events._listeners",
        [lambda kind, *, actor, subject, detail: heard.append((kind, actor, subject, detail))],
    )
    return heard
