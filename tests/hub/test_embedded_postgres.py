"""The embedded server: started by need, stopped after the last user."""

import psycopg
import pytest

from integration_hub.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError


@pytest.fixture
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("pg")
    for place in (path, *path.parents):
        if place.stat().st_uid == path.stat().st_uid and len(place.parts) > 2:
            place.chmod(0o755)
    return path / "postgres"


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
