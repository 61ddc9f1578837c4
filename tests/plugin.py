"""Loaded by pytest before Django: gives the tests their surroundings (`-p tests.plugin` in pyproject.toml).

The pytest controller starts one throw-away PostgreSQL and exports DATABASE_URL; xdist workers inherit it.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import pytest

from integration_hub import local
from integration_hub.database_url import DatabaseUrlError
from integration_hub.embedded_postgres import EmbeddedPostgresError

_surroundings = contextlib.ExitStack()


def _prepare() -> None:
    temporary = tempfile.TemporaryDirectory(prefix="hub-test-", ignore_cleanup_errors=True)
    directory = Path(_surroundings.enter_context(temporary))
    directory.chmod(0o755)  # the server's account must get through when root runs the tests
    local.provide_secrets(directory)
    (directory / "static").mkdir()  # WhiteNoise warns when it is not there
    os.environ |= {
        "HUB_DATA_DIR": str(directory),
        "HUB_MEDIA_ROOT": str(directory / "files"),
        "HUB_STATIC_ROOT": str(directory / "static"),
        "HUB_STATIC_HASHED": "0",
        "HUB_HTTPS": "0",
        "HUB_MAILBOX": "1",
        "HUB_LANGUAGE": "en",
        "HUB_API_CALLS_PER_TOKEN": "1000000",  # the contract is tried by thousands of calls
        "HUB_API_CALLS_PER_ADDRESS": "1000000",
        "HUB_EXTRA_APPS": "tests.shelf",  # tables that only the tests have
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # Playwright runs an event loop in the test's thread
    }
    if not os.environ.get("DATABASE_URL"):
        os.environ["TESTS_OWN_SERVER"] = "1"  # it goes as a whole in the end, so nobody has to empty it
    try:
        _surroundings.enter_context(local.database(directory / "postgres", durable=False, check_server=True))
    except (DatabaseUrlError, EmbeddedPostgresError) as error:
        sys.exit(str(error))


if "PYTEST_XDIST_WORKER" not in os.environ:
    _prepare()


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Once Django is set up: cheap passwords, and plain names of static files (browser tests collect the real ones)."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("commands"))


def pytest_unconfigure() -> None:
    """Stop the server and remove its files."""
    _surroundings.close()
