"""Sign-in and account in a real browser, under the strict content policy."""

import re

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from foundation.identity.models import ApiToken, User
from foundation.identity.scopes import register_scope, unregister_scope
from foundation.identity.tokens import token_find
from tests.identity.conftest import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def anna(transactional_db):
    return User.objects.create_staff("anna@example.com", PASSWORD, name="Anna Nowak")


@pytest.fixture
def at_localhost(page: Page, hub_server):
    """The page under a name: passkeys are not made for bare addresses."""
    base = hub_server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{base}/accounts/login/?next=/accounts/")
    return page


def enter_password(page: Page):
    page.get_by_label("Email").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def confirm_password(page: Page):
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def test_passkey_is_added_and_signs_in(at_localhost, anna):
    page = at_localhost
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    traits = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**traits, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    enter_password(page)
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("link", name="Add a passkey").click()
    confirm_password(page)
    page.get_by_label(re.compile("Passwordless")).check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/admin/$"))


def test_app_is_set_up_and_asked_for(at_localhost, anna):
    page = at_localhost
    enter_password(page)
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("link", name="Set up an app").click()
    confirm_password(page)
    secret = page.locator("code").inner_text()
    counters = totp.yield_hotp_counters_from_time()
    page.get_by_label("Authenticator code").fill(f"{totp.hotp_value(secret, next(counters)):06d}")
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    spare = page.locator("pre").inner_text().split()[0]

    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill("anna@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(spare)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile("/admin/$"))


def test_new_token_is_shown_once_and_copied(staff_page: Page, superuser):
    register_scope("things:read", "Read things")
    page = staff_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/admin/identity/apitoken/add/")
    page.get_by_label("Name").fill("Shop")
    page.get_by_label("Read things").check()
    page.get_by_role("button", name="Save").click()
    unregister_scope("things:read")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert token_find(copied) == ApiToken.objects.get()
    page.get_by_role("link", name="I have copied it").click()
    expect(page.get_by_role("link", name="Shop")).to_be_visible()
    assert copied not in page.content()
