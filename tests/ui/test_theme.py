"""The seam between us and the admin's look."""

import ast
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from integration_hub.admin_site import HubAdminSite

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = ("benchmarks", "catalog", "customers", "foundation", "integration_hub")


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}


def test_one_module_imports_unfold():
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    importers = [p for p in files if any(name.split(".")[0] == "unfold" for name in _imports(p))]
    assert importers == [ROOT / "foundation" / "ui" / "theme.py"]


def test_the_admin_site_is_ours_and_not_one_the_look_puts_in_its_place():
    assert isinstance(admin.site, HubAdminSite)


@pytest.mark.django_db
def test_admin_asks_for_sign_in_at_the_one_door(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.django_db
def test_password_is_changed_in_ones_account_only(admin_client):
    response = admin_client.get(reverse("admin:password_change"))
    assert response["Location"] == reverse("account_change_password")
    assert f'href="{reverse("account_overview")}"' in admin_client.get(reverse("admin:index")).text
