"""The fixtures every test may use.

* `child_env`, `children`: real processes of the hub on this test's database;
* `hub_server`: the hub over real HTTP; `page` (nobody signed in), `staff_page`, `phone_page`, `sign_in`, `screenshot`:
  a real Chromium before it. Mark such tests `@pytest.mark.browser`;
* `sandbox`: the simulated outside systems on a free port, which the hub may call;
* `superuser`: a member of staff who may do everything.
"""

import os

import pytest

from tests.fixtures.browser import (
    _server,
    base_url,
    browser_context_args,
    browser_type_launch_args,
    collected_static_files,
    hub_server,
    page,
    phone_page,
    screenshot,
    sign_in,
    staff_page,
    superuser,
)
from tests.fixtures.children import child_env, children
from tests.fixtures.ledger import _flush_may_empty_the_ledger, _requests_say_who_they_are
from tests.fixtures.sandbox import sandbox

__all__ = [
    "_flush_may_empty_the_ledger",
    "_requests_say_who_they_are",
    "_server",
    "base_url",
    "browser_context_args",
    "browser_type_launch_args",
    "child_env",
    "children",
    "collected_static_files",
    "hub_server",
    "page",
    "phone_page",
    "sandbox",
    "screenshot",
    "sign_in",
    "staff_page",
    "superuser",
]


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """Leave databases of our own server alone: dropping one fails while a browser's last request ends."""
    return "TESTS_OWN_SERVER" in os.environ or bool(request.config.getvalue("reuse_db"))
