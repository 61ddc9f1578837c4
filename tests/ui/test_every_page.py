"""Every page opens, in either look of the admin."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from foundation.identity.models import User
from tests.ui.every_page import Page, open_all
from tests.ui.records import make_records

ROOT = Path(__file__).resolve().parent.parent.parent


def _lists() -> set[str]:
    return {reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in admin.site._registry}


def _assert_good(pages: dict[str, list[str]]) -> None:
    troubled = {address: troubles for address, troubles in pages.items() if troubles}
    assert troubled == {}, json.dumps(troubled, indent=1)
    assert _lists() <= set(pages)


@pytest.fixture
def records(transactional_db: None, superuser: User) -> None:
    """One of everything; a page of a record is opened only where there is one."""
    make_records(superuser)
    without = {m._meta.label for m in admin.site._registry if not m._default_manager.exists()}
    assert without == {"shelf.Box", "shelf.Room"}  # apps of other tests


def test_every_page_opens_with_unfold(records, superuser):
    client = Client()
    client.force_login(superuser)
    _assert_good(open_all(client))


def test_every_page_opens_with_the_plain_admin(records, child_env):
    child = subprocess.run(
        [sys.executable, "-m", "tests.ui.every_page"],
        cwd=ROOT,
        env=child_env | {"HUB_ADMIN_THEME": "plain", "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert child.returncode == 0, child.stderr[-3000:]
    answer = json.loads(child.stdout)
    assert answer["theme"] == "plain"
    _assert_good(answer["pages"])


@pytest.mark.parametrize(
    ("html", "trouble"),
    [
        ('<title>A</title><h1>A</h1><main></main><script src="https://cdn.example/x.js">', "https://cdn.example/x.js"),
        ("<title>A</title><h1>A</h1>", "0 main landmarks"),
        ("<title> | </title><h1>A</h1><main></main>", "no title"),
    ],
)
def test_a_bad_page_is_noticed(html, trouble):
    (found,) = Page(html).troubles()
    assert trouble in found
