"""Error pages: they stand without any context, and say what to do."""

import pytest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"])
def test_error_page_needs_no_context(name):
    html = get_template(name).render()
    assert html.count("<main ") == html.count("<h1>") == 1
    assert "<title>\n" not in html
    assert 'href="/">Go to the start page</a>' in html


@pytest.mark.django_db
def test_unknown_address_is_answered_by_our_page(client):
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "This page is not here" in response.text


@pytest.mark.django_db
def test_form_without_its_token_is_answered_by_our_page():
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"))
    assert response.status_code == 403
    assert "This form has expired" in response.text


@pytest.mark.django_db
def test_pages_outside_the_admin_allow_our_own_files_only(client):
    policy = client.get("/no-such-page/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in f"{policy};"  # in whatever order they come


@pytest.mark.django_db
def test_admin_under_unfold_may_use_exactly_what_it_needs(admin_client):
    policy = admin_client.get(reverse("admin:index"))["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in f"{policy};"
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert policy.count("unsafe") == 2
