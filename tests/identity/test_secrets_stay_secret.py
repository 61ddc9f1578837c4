"""S7: values planted as passwords, tokens and keys are looked for in logs and in every table."""

import io
import logging

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.urls import reverse

from foundation.identity.models import User
from foundation.outbound.encryption import CipherText
from tests.identity.conftest import PASSWORD


@pytest.fixture
def log():
    """Everything the hub's own handler writes, as it writes it."""
    root = logging.getLogger()
    formatter = next(h.formatter for h in root.handlers if type(h) is logging.StreamHandler)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def everything_stored():
    """Return all rows of all tables as text."""
    rows = []
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            rows += model._base_manager.values_list()
    return repr(rows)


@pytest.mark.django_db
def test_S7_password_is_neither_logged_nor_stored(client, anna, log):
    cache.clear()
    typed = ["a Wrong passphrase 7", PASSWORD]
    for password in typed:
        client.post(reverse("account_login"), {"login": anna.email, "password": password})
    assert "POST /accounts/login/" in log.getvalue()
    assert not [text for text in typed if text in log.getvalue() + everything_stored()]


@pytest.mark.django_db
def test_S7_token_is_neither_logged_nor_stored(client, anna, make_token, log):
    anna.user_permissions.add(Permission.objects.get(codename="view_apitoken"))
    _, text = make_token(anna)
    client.get("/accounts/", headers={"Authorization": f"Bearer {text}"})
    client.get(f"/nowhere/{text}/")
    logging.getLogger("hub").error("A mistake with %s", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("hub").exception("A mistake")
    assert log.getvalue().count("_[redacted]") >= 3
    secret = text.rpartition("_")[2] if text.count("_") == 2 else text[18:]
    assert secret not in log.getvalue() + everything_stored()


@pytest.mark.django_db
def test_S7_key_of_a_mailed_link_is_not_logged(client, anna, mailoutbox, log):
    client.post(reverse("account_reset_password"), {"email": anna.email})
    link = next(line for line in mailoutbox[0].body.splitlines() if "/reset/key/" in line)
    client.get(link.removeprefix("http://localhost:8000"))
    key = link.rstrip("/").rpartition("/")[2]
    assert "/password/reset/key/[redacted]" in log.getvalue()
    assert key not in log.getvalue()


@pytest.mark.django_db
def test_S7_addresses_of_people_are_not_logged(client, anna, log):
    cache.clear()
    client.post(reverse("account_login"), {"login": anna.email, "password": "wrong"})
    client.post(reverse("account_login"), {"login": anna.email, "password": PASSWORD})
    client.get("/accounts/")
    assert "anna@example.com" not in log.getvalue()
    assert User.objects.get().last_login is not None


def test_cipher_text_shows_nothing_when_printed():
    assert f"{CipherText('gAAAAB-secret')} {[CipherText('gAAAAB-secret')]}" == "[encrypted] [[encrypted]]"
