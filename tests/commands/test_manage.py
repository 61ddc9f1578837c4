"""A management command while nothing runs: the database is up for as long as the command, however that ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.fixtures.waiting import wait_until

REPOSITORY = Path(__file__).parents[2]
ASK = "from django.db import connection; print(connection.cursor().execute('SELECT 6 * 7').fetchone()[0], flush=True)"
WAIT = f"{ASK}; import signal; signal.pause()"


@pytest.fixture
def data():
    """A data directory the server's account may enter, whoever runs the tests."""
    with tempfile.TemporaryDirectory(prefix="hub-manage-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def manage(data, code):
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
        cwd=REPOSITORY,
        env=environment | {"HUB_DATA_DIR": str(data)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def is_served(data):
    return (data / "postgres" / "data" / "postmaster.pid").exists()


def test_the_database_is_up_for_the_command_and_gone_after_it(data):
    with manage(data, ASK) as command:
        assert command.stdout.read() == "42\n"
    assert command.returncode == 0
    assert not is_served(data)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_stopped_stops_the_database_too(data, number):
    with manage(data, WAIT) as command:
        assert command.stdout.readline() == "42\n"
        assert is_served(data)
        command.send_signal(number)
        assert command.wait(30) != 0
    assert not is_served(data)


def test_a_command_does_not_stop_the_database_of_another(data):
    with manage(data, WAIT) as lasting:
        lasting.stdout.readline()
        with manage(data, ASK) as short:
            assert short.stdout.read() == "42\n"
        assert is_served(data)
        lasting.terminate()
    wait_until(lambda: not is_served(data))


def test_what_a_killed_command_left_running_is_used_and_stopped_by_the_next(data):
    with manage(data, WAIT) as killed:
        killed.stdout.readline()
        killed.kill()
    assert is_served(data)
    with manage(data, ASK) as command:
        assert command.stdout.read() == "42\n"
    assert not is_served(data)
