"""The second factor: set up, asked for, required, encrypted, taken away."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from foundation.identity.models import User
from foundation.identity.second_factor import has_second_factor, second_factor_remove, with_second_factor
from foundation.outbound.encryption import UnreadableSecretError
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


def code(secret=SECRET):
    return f"{totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())):06d}"


@pytest.fixture
def with_app(anna):
    """Anna uses an authenticator app."""
    totp.TOTP.activate(anna, SECRET)
    RecoveryCodes.activate(anna)
    return anna


def enter_password(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def test_staff_set_an_app_up_after_confirming_their_password(
    client, anna, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(anna)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url.startswith(reverse("account_reauthenticate"))
    client.post(asked.url, {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert b"data:image/svg+xml" in page.content
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(reverse("mfa_activate_totp"), {"code": code(page.context["form"].secret)})
    assert done.url == reverse("mfa_view_recovery_codes")
    assert has_second_factor(anna)
    assert "Something that protects your account" in mailoutbox[0].body


def test_password_alone_does_not_sign_in(client, with_app):
    assert enter_password(client, with_app).url == reverse("mfa_authenticate")
    assert client.get(reverse("account_overview")).status_code == 302


def test_password_and_code_sign_in(client, with_app):
    enter_password(client, with_app)
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).url == reverse("admin:index")


def test_code_works_once(with_app):
    first, second = Client(), Client()
    used = code()
    for client in (first, second):
        enter_password(client, with_app)
    assert first.post(reverse("mfa_authenticate"), {"code": used}).status_code == 302
    assert second.post(reverse("mfa_authenticate"), {"code": used}).status_code == 200


def test_recovery_code_replaces_the_app_once(client, with_app):
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    enter_password(client, with_app)
    assert client.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 302
    other = Client()
    enter_password(other, with_app)
    assert other.post(reverse("mfa_authenticate"), {"code": spare}).status_code == 200


def test_S3_codes_cannot_be_guessed(client, with_app):
    enter_password(client, with_app)
    for guess in range(5):
        client.post(reverse("mfa_authenticate"), {"code": f"00000{guess}"})
    assert client.post(reverse("mfa_authenticate"), {"code": code()}).status_code == 200


def test_S7_secrets_are_stored_encrypted(with_app):
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert stored.count("gAAAA") == 2


def test_S7_secrets_are_not_used_with_a_wrong_key(with_app, settings):
    settings.FIELD_KEYS = ["n" * 40]
    with pytest.raises(UnreadableSecretError, match="cannot be read with the current keys"):
        Authenticator.objects.get(type="totp").wrap().validate_code(code())


def test_S7_rotation_reaches_second_factors(with_app, settings):
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["n" * 40, *old]
    call_command("rotate_field_keys", verbosity=0)
    settings.FIELD_KEYS = ["n" * 40]
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code())
    settings.FIELD_KEYS = ["x" * 40]
    with pytest.raises(CommandError, match="2 cannot be read"):
        call_command("rotate_field_keys", verbosity=0)


@pytest.fixture
def required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


def test_required_second_factor_comes_before_anything_else(client, anna, required):
    client.force_login(anna)
    page = client.get(reverse("admin:index"), headers={"Accept": "text/html"}, follow=True)
    assert page.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "required here" in page.content.decode()
    program = client.get(reverse("admin:index"), headers={"Accept": "application/json"})
    assert (program.status_code, program.json()) == (403, {"detail": "Set up a second factor first."})


def test_required_second_factor_lets_people_leave(client, anna, required):
    client.force_login(anna)
    assert client.post(reverse("account_logout")).url == reverse("account_login")


def test_required_second_factor_is_content_with_one(client, with_app, required, django_assert_num_queries):
    client.force_login(with_app)
    assert client.get(reverse("admin:index")).status_code == 200


def test_required_second_factor_does_not_concern_portal_users(client, buyer, required):
    client.force_login(buyer)
    assert client.get(reverse("account_change_password")).status_code == 200


def test_last_second_factor_cannot_be_taken_away_where_it_is_required(client, with_app, required):
    client.force_login(with_app)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert has_second_factor(with_app)


def test_second_factor_is_shown_and_taken_away(with_app, buyer):
    assert dict(with_second_factor(User.objects.all()).values_list("email", "second_factor")) == {
        "anna@example.com": True,
        "buyer@example.com": False,
    }
    assert second_factor_remove(user=with_app) == 2
    assert not has_second_factor(with_app)
