"""Sign-in: one door, limits that lock nobody out, the same answer for known and unknown accounts."""

import re
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from foundation.identity.client_address import client_address
from foundation.identity.models import User
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters(db, settings):
    """Nothing counted yet, and windows that do not end while a test looks."""
    cache.clear()
    settings.SIGN_IN_TRIES = {kind: (limit, 80_000) for kind, (limit, _) in settings.SIGN_IN_TRIES.items()}


def sign_in(client, email, password=PASSWORD, address="192.0.2.1", **extra):
    data = {"login": email, "password": password}
    return client.post(reverse("account_login"), data, REMOTE_ADDR=address, **extra)


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("typed", ["anna@example.com", "Anna@Example.COM", " anna@example.com "])
def test_staff_sign_in_by_email_whatever_the_case(client, anna, typed):
    answer = sign_in(client, typed)
    assert (answer.status_code, answer.url) == (302, reverse("admin:index"))


def test_portal_user_lands_on_their_account_and_cannot_enter_the_admin(client, buyer):
    assert sign_in(client, buyer.email).url == reverse("account_overview")
    assert client.get(reverse("admin:index")).status_code == 302
    assert client.get(reverse("admin:login")).status_code == 403


def test_admin_sends_strangers_to_the_one_sign_in_page(client):
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_S6_sign_in_leads_on_to_our_own_host_only(client, anna):
    inside = client.post(
        f"{reverse('account_login')}?next=//evil.example/", {"login": anna.email, "password": PASSWORD}
    )
    assert inside.url == reverse("admin:index")


def test_S4_session_gets_a_new_key_at_sign_in(client, anna):
    client.session["planted"] = "x"
    client.get(reverse("account_login"))
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    sign_in(client, anna.email)
    assert client.session.session_key not in (None, before)


def test_signup_is_closed(client):
    answer = client.post(
        reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "Accounts are made for you" in answer.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()


def test_deactivated_user_cannot_sign_in_and_is_told_so(client, anna):
    User.objects.filter(pk=anna.pk).update(is_active=False)
    assert sign_in(client, anna.email).url == reverse("account_inactive")
    assert not is_signed_in(client)


def test_S3_wrong_password_and_unknown_address_get_the_same_answer(client, anna):
    def answer_to(email):
        page = sign_in(client, email, "wrong password").content.decode()
        return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]+', "", page.replace(email, "ADDRESS"))

    known, unknown = answer_to(anna.email), answer_to("nobody@example.com")
    assert "not correct" in known
    assert known == unknown


@pytest.mark.parametrize("email", ["anna@example.com", "nobody@example.com"])
def test_S3_wrong_password_costs_one_hash_whether_or_not_the_account_exists(client, anna, email):
    hasher = type(hashers.get_hasher())
    with mock.patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as encode:
        sign_in(client, email, "wrong password")
    assert encode.call_count == 1


def test_S3_five_wrong_passwords_from_one_address_are_enough(client, anna):
    for _ in range(5):
        assert "not correct" in sign_in(client, anna.email, "wrong password").content.decode()
    assert "Too many failed" in sign_in(client, anna.email).content.decode()
    assert not is_signed_in(client)


def test_S3_right_passwords_are_not_counted(client, anna):
    for _ in range(8):
        assert sign_in(Client(), anna.email).status_code == 302


def hammer(email):
    """Try wrong passwords from as many addresses as the account's own limit allows tries."""
    for number in range(20):
        sign_in(Client(), email, "wrong password", address=f"198.51.100.{number}")


def test_S3_known_browser_gets_in_while_others_hammer_the_account(client, anna):
    sign_in(client, anna.email)
    client.post(reverse("account_logout"))
    hammer(anna.email)
    assert "Too many failed" in sign_in(Client(), anna.email).content.decode()
    assert sign_in(client, anna.email).status_code == 302


def test_S3_mailed_link_lets_the_owner_in_from_a_new_browser_while_others_hammer(client, anna, mailoutbox):
    hammer(anna.email)
    client.post(reverse("account_reset_password"), {"email": anna.email})
    set_password(client, link_in(mailoutbox[-1]))
    assert sign_in(client, anna.email, NEW_PASSWORD).status_code == 302


def test_known_browser_cookie_is_signed_and_names_nobody(client, anna):
    cookie = sign_in(client, anna.email).cookies["hub_device"]
    assert "anna" not in cookie.value
    assert cookie["httponly"]
    forger = Client()
    forger.cookies["hub_device"] = cookie.value[:-2]
    hammer(anna.email)
    assert "Too many failed" in sign_in(forger, anna.email).content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "invented, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_S3_client_address_believes_only_our_proxies(rf, settings, proxies, forwarded, expected):
    settings.TRUSTED_PROXIES = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="192.0.2.1")) == expected


NEW_PASSWORD = "an altogether new phrase"


def link_in(message):
    return next(line for line in message.body.splitlines() if "/password/reset/key/" in line)


def set_password(client, link, password=NEW_PASSWORD):
    path = link.removeprefix("http://localhost:8000")
    form = client.get(path, follow=True)
    action = form.redirect_chain[-1][0] if form.redirect_chain else path
    return client.post(action, {"password1": password, "password2": password}, follow=True)


def test_S4_reset_link_sets_a_password_once(client, anna, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "ANNA@example.com"})
    link = link_in(mailoutbox[0])
    assert link.startswith("http://localhost:8000/")
    assert "Password saved" in set_password(client, link).content.decode()
    assert "This link has done its work" in set_password(Client(), link, "yet another phrase").content.decode()
    anna.refresh_from_db()
    assert anna.check_password(NEW_PASSWORD)
    assert [message.subject for message in mailoutbox] == [
        "[Integration Hub] Set a new password",
        "[Integration Hub] Password Reset",
    ]


def test_S4_reset_link_lives_for_an_hour(client, anna, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": anna.email})
    with time_machine.travel(timedelta(hours=1, seconds=2)):
        assert "This link has done its work" in set_password(client, link_in(mailoutbox[0])).content.decode()


def test_reset_link_does_not_follow_the_host_of_whoever_asked(client, anna, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.BASE_URL = "https://hub.example"
    client.post(reverse("account_reset_password"), {"email": anna.email}, HTTP_HOST="evil.example")
    assert link_in(mailoutbox[0]).startswith("https://hub.example/accounts/password/reset/key/")


def test_S3_reset_answers_and_mails_alike_for_unknown_addresses(client, anna, mailoutbox):
    answers = {
        client.post(reverse("account_reset_password"), {"email": email}, follow=True).content
        for email in (anna.email, "nobody@example.com")
    }
    assert len(answers) == 1
    assert [message.to for message in mailoutbox] == [["anna@example.com"], ["nobody@example.com"]]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("elevenchars", "at least 12 characters"),
        ("qwerty123456", "too common"),
        ("x7" * 65, "at most 128 characters"),
    ],
)
def test_S4_short_common_and_endless_passwords_are_refused(client, anna, mailoutbox, password, sentence):
    client.post(reverse("account_reset_password"), {"email": anna.email})
    assert sentence in set_password(client, link_in(mailoutbox[0]), password).content.decode()
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def test_S4_password_needs_no_special_characters(client, anna, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": anna.email})
    set_password(client, link_in(mailoutbox[0]), "onlysmallletters")
    anna.refresh_from_db()
    assert anna.check_password("onlysmallletters")


def test_addresses_live_in_the_user_alone(client, anna, mailoutbox):
    """An address table beside it would let an address that was taken away sign in still."""
    client.post(reverse("account_reset_password"), {"email": anna.email})
    set_password(client, link_in(mail.outbox[0]))
    sign_in(client, anna.email, NEW_PASSWORD)
    assert not EmailAddress.objects.exists()
