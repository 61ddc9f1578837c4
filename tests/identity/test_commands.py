"""People made from the command line."""

import pytest
from django.core.management import CommandError, call_command

from foundation.identity.models import User
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_createsuperuser_makes_one_by_email(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Root@Example.com", name="Ruth Root", verbosity=0)
    user = User.objects.get(email="root@example.com")
    assert (user.name, user.kind, user.is_staff, user.is_superuser) == ("Ruth Root", "staff", True, True)
    assert user.check_password(PASSWORD)


def test_createsuperuser_refuses_an_address_that_is_taken(superuser, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", interactive=False, email="ROOT@example.com", name="Again", verbosity=0)
