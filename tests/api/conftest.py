"""Callers of the API."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from foundation.identity.models import User
from foundation.identity.tokens import token_issue

SCOPES = tuple(
    f"{subject}:{verb}" for subject in ("customers", "prices", "products", "imports") for verb in ("read", "write")
)


def caller_of(user, scopes=SCOPES):
    """A client that signs in by a new token of this person."""
    _token, plain = token_issue(
        user=user, name="Shop", scopes=list(scopes), expires_at=timezone.now() + timedelta(days=1)
    )
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return client


@pytest.fixture
def office(db):
    return User.objects.create_superuser("office@example.com", name="Olga Office")


@pytest.fixture
def api(office):
    """Somebody who may do everything."""
    return caller_of(office)
