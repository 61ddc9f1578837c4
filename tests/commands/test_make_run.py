"""`make run` for a newcomer: a clean copy of the repository, once as root and once as an ordinary user."""

import contextlib
import os
import re
import signal
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.commands.clean_copy import CleanCopy, Person
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.commands

SECOND_START_SECONDS = 30  # a machine that runs other tests meanwhile; alone it is about five
NAMES = "from foundation.identity.models import User; print(*User.objects.values_list('name', flat=True), sep='|')"


@pytest.fixture(params=Person.all(), ids=lambda person: person.name.replace(" ", "-"))
def copy(request):
    """A clean copy outside anybody's home; whatever a failing test leaves running there is ended."""
    with tempfile.TemporaryDirectory(prefix="hub-copy-", ignore_cleanup_errors=True) as place:
        clean = CleanCopy.make(Path(place), request.param)
        yield clean


@contextlib.contextmanager
def running(copy, *arguments):
    """`make run` until its /healthz answers, and Ctrl-C afterwards."""
    process = copy.start("run", *arguments)
    try:
        copy.wait_for_answer(process)
        yield process
        copy.press_ctrl_c(process)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def test_a_newcomer_runs_the_hub_with_one_command(copy):
    with running(copy):
        assert_serves_the_sign_in_page(copy)
        assert_the_printed_sign_in_opens_the_admin(copy)
        wait_until(lambda: copy.status("/readyz") == 200, what="a worker")
        assert_a_second_one_is_told_where_the_first_is(copy)
    assert "\nStopped.\n" in copy.output()
    assert_nothing_is_left(copy)

    add_a_person(copy, "Kept Person")
    assert_nothing_is_left(copy)

    started = time.monotonic()
    with running(copy):
        assert time.monotonic() - started < SECOND_START_SECONDS
        assert "Kept Person" in copy.run(".venv/bin/python", "manage.py", "shell", "--no-imports", "-c", NAMES).stdout
    assert_nothing_is_left(copy)


def assert_serves_the_sign_in_page(copy):
    with urllib.request.urlopen(f"{copy.url}/admin/", timeout=20) as answer:
        page = answer.read().decode()
    assert 'type="password"' in page
    styles = re.findall(r'href="(/static/[^"]+\.css)"', page)
    assert [style for style in styles if copy.status(style) != 200] == []
    wait_until(lambda: "Ctrl-C stops it." in copy.output(), what="the welcome")
    assert f"  Admin      {copy.url}/admin/\n" in copy.output()


def assert_the_printed_sign_in_opens_the_admin(copy):
    password = re.search(r"^    admin@demo\.example +(\S+) ", copy.output(), re.MULTILINE)[1]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(f"{copy.url}/accounts/login/?next=/admin/", timeout=20) as answer:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.read().decode())[1]
    form = {"csrfmiddlewaretoken": token, "login": "admin@demo.example", "password": password}
    with browser.open(answer.url, urllib.parse.urlencode(form).encode(), timeout=20) as answer:
        assert (answer.status, answer.url) == (200, f"{copy.url}/admin/")


def assert_a_second_one_is_told_where_the_first_is(copy):
    second = copy.run("make", "--no-print-directory", "run")
    assert second.returncode != 0
    assert second.stderr.startswith(
        f"The hub already runs with the data in {copy.directory}/.hub, at {copy.url}: stop it, or choose other places"
    )


def add_a_person(copy, name):
    copy.variables["DJANGO_SUPERUSER_PASSWORD"] = "a long password 1"
    result = copy.run(
        ".venv/bin/python", "manage.py", "createsuperuser", "--noinput", "--email=kept@hub.example", f"--name={name}"
    )
    assert result.returncode == 0, result.stderr


def assert_nothing_is_left(copy):
    assert copy.status("/healthz") is None
    assert copy.processes() == []
    assert not (copy.directory / ".hub" / "postgres" / "data" / "postmaster.pid").exists()
