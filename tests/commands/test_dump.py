"""A backup is proven by restoring it."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from foundation.identity.models import User

COUNTS = (
    "from django.db import connection; c = connection.cursor(); "
    "names = sorted(connection.introspection.table_names()); "
    "print([(n, c.execute(f'SELECT count(*) FROM \"{n}\"').fetchone()[0]) for n in names])"
)


@pytest.fixture
def empty_database(child_env):
    """URL of a database in which nothing is."""
    name = f"restored_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(child_env["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        connection.execute(drop)


def test_a_restored_dump_holds_the_same_rows_in_every_table(children, empty_database, tmp_path):
    User.objects.create_staff("kept@hub.example")
    file = tmp_path / "hub.dump"
    assert children.manage("dump_database", str(file)).returncode == 0
    assert file.stat().st_mode & 0o077 == 0
    restored = children.manage("restore_database", str(file), DATABASE_URL=empty_database)
    assert restored.stdout == "Restored. Start the hub with the field keys the dump was made with.\n", restored.stderr
    before = children.manage("shell", "--no-imports", "-c", COUNTS).stdout
    after = children.manage("shell", "--no-imports", "-c", COUNTS, DATABASE_URL=empty_database).stdout
    assert "('identity_user', 1)" in after
    assert after == before


def test_a_database_that_holds_something_is_never_restored_over(children, tmp_path):
    (tmp_path / "hub.dump").touch()
    result = children.manage("restore_database", str(tmp_path / "hub.dump"))
    assert result.returncode == 1
    assert "The database is not empty: restore into a new one (HUB_DATA_DIR or DATABASE_URL)." in result.stderr


def test_a_failed_restore_leaves_the_database_empty(children, empty_database, tmp_path):
    (tmp_path / "hub.dump").write_text("no dump at all")
    result = children.manage("restore_database", str(tmp_path / "hub.dump"), DATABASE_URL=empty_database)
    assert result.returncode == 1
    assert "CommandError: pg_restore failed: " in result.stderr
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_a_failed_dump_leaves_no_file(children, tmp_path):
    result = children.manage("dump_database", str(tmp_path / "no-such-folder" / "hub.dump"))
    assert result.returncode == 1
    assert list(tmp_path.glob("*.dump")) == []
