"""What every answer carries for the browser's sake, and what a production server's settings say."""

import os
import subprocess
import sys

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db
STRICT = "'self'"


def policy(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/", "/nowhere/"])
def test_S12_pages_outside_the_admin_allow_nothing_inline(client, path):
    found = policy(client.get(path))
    assert found["default-src"] == found["script-src"] == found["style-src"] == STRICT
    assert (found["object-src"], found["frame-ancestors"]) == ("'none'", "'none'")


def test_S12_account_pages_allow_nothing_inline(client, superuser):
    client.force_login(superuser)
    for name in ("account_overview", "mfa_index", "account_change_password"):
        assert policy(client.get(reverse(name)))["script-src"] == STRICT


def test_S12_only_the_admin_under_unfold_allows_more(client, superuser, settings):
    client.force_login(superuser)
    found = policy(client.get(reverse("admin:index")))
    assert (found["script-src"], found["style-src"]) == ("'self' 'unsafe-eval'", "'self' 'unsafe-inline'")
    settings.ADMIN_THEME = "plain"
    assert policy(client.get(reverse("admin:index")))["script-src"] == STRICT


@pytest.mark.parametrize("name", ["account_login", "account_overview", "admin:index", "admin:identity_user_changelist"])
def test_S12_pages_are_kept_nowhere(client, superuser, name):
    client.force_login(superuser)
    assert "no-store" in client.get(reverse(name))["Cache-Control"]


def test_S12_answers_to_programs_are_kept_nowhere(client):
    assert "no-store" in client.get("/accounts/", headers={"Authorization": "Bearer x"})["Cache-Control"]


def test_S12_every_answer_is_guarded(client):
    answer = client.get("/accounts/login/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def ask_production(*command):
    environment = os.environ | {"HUB_HTTPS": "1", "HUB_MAILBOX": "0", "HUB_DEBUG": "0"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # Playwright's, not a server's
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)


def test_S12_deployment_check_is_silent():
    answer = ask_production("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (answer.returncode, answer.stdout, answer.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


def test_S4_production_cookies_are_bound_to_the_host_and_to_https():
    names = (
        "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_SAMESITE "
        "CSRF_COOKIE_NAME CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS SECURE_HSTS_INCLUDE_SUBDOMAINS"
    )
    code = f"from integration_hub import settings as s; print([getattr(s, n) for n in '{names}'.split()])"
    assert ask_production("-c", code).stdout.strip() == str(
        ["__Host-hub_session", True, "Lax", "__Host-hub_csrf", True, True, 31536000, True]
    )


def test_S12_only_a_trusted_proxy_may_say_that_the_client_came_by_https():
    code = "from integration_hub import settings as s; print(s.SECURE_PROXY_SSL_HEADER)"
    assert ask_production("-c", code).stdout.strip() == "None"
