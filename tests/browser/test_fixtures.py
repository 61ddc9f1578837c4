"""The stage the other browser tests stand on: real server, real static files, real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_nobody_signed_in_is_asked_to_sign_in(page: Page):
    page.goto("/accounts/")
    expect(page).to_have_url(re.compile("login"))


def test_staff_are_signed_in(staff_page: Page):
    staff_page.goto("/accounts/")
    expect(staff_page.locator("body")).to_contain_text("ada@hub.example")


def test_phone_page_is_as_wide_as_a_phone(phone_page: Page):
    phone_page.goto("/accounts/")
    assert phone_page.evaluate("window.innerWidth") == 390


def test_static_files_carry_the_hash_of_their_content(page: Page):
    from django.contrib.staticfiles.storage import staticfiles_storage

    address = staticfiles_storage.url("admin/css/base.css")
    assert re.fullmatch(r"/static/admin/css/base\.[0-9a-f]{12}\.css", address)
    answer = page.request.get(address)
    assert answer.status == 200
    assert "immutable" in answer.headers["cache-control"]
