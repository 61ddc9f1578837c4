"""Rules of the user model, past the form."""

import pytest
from django.db import IntegrityError

from foundation.identity.models import User

pytestmark = pytest.mark.django_db


def test_email_is_unique_ignoring_case():
    User.objects.create(email="anna@example.com")
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.bulk_create([User(email="ANNA@example.com")])


def test_portal_user_is_never_staff():
    user = User.objects.create(email="buyer@example.com", kind=User.Kind.PORTAL)
    with pytest.raises(IntegrityError, match="user_portal_is_never_staff"):
        User.objects.filter(pk=user.pk).update(is_staff=True)
