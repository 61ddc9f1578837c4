"""The embedded server: started by need, stopped after the last user."""

import os
import shutil
import signal
import stat
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from integration_hub.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tests.fixtures.waiting import wait_until


@pytest.fixture
def home():
    """A place the server's account may enter (pytest's own directories are closed to it when root runs the tests)."""
    with tempfile.TemporaryDirectory(dir=os.environ["HUB_DATA_DIR"]) as directory:
        Path(directory).chmod(0o755)
        yield Path(directory) / "postgres"


def test_serves_inside_the_block_and_is_gone_after_it(home):
    with EmbeddedPostgres(home, durable=False).running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT lower('ŁÓDŹ')").fetchone() == ("łódź",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_stays_up_while_another_still_uses_it(home):
    with EmbeddedPostgres(home, durable=False).running() as url:
        with EmbeddedPostgres(home, durable=False).running():
            pass
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_refuses_data_of_another_major_version(home):
    with EmbeddedPostgres(home, durable=False).running():
        pass
    (home / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(EmbeddedPostgresError, match="belongs to PostgreSQL 13"), EmbeddedPostgres(home).running():
        pass


def test_a_server_that_died_is_started_again(home):
    server = EmbeddedPostgres(home, durable=False)
    with server.running() as url:
        assert server.ensure_running() is False
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not psutil.pid_exists(server.pid))
        assert server.ensure_running() is True
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_only_this_machine_is_let_in_and_only_with_the_password(home):
    with EmbeddedPostgres(home, durable=False).running() as url:
        with psycopg.connect(url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url.replace(urlsplit(url).password, "guess"))
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "password").stat().st_mode) == 0o600


def test_a_long_path_gets_a_short_socket(home):
    deep = home.parent / ("deep" * 12) / ("er" * 20) / "postgres"
    server = EmbeddedPostgres(deep, durable=False)
    with server.running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(os.fsencode(server.socket_directory)) < 86
    shutil.rmtree(server.socket_directory)
