"""What keeps the hub from starting is told in one sentence, by each of the ways to start it."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.commands.clean_copy import free_port

REPOSITORY = Path(__file__).parents[2]
LAUNCH = ("-m", "integration_hub.launch")
MANAGE = ("manage.py", "check")
PYTEST = ("-m", "pytest", "--collect-only", "tests/commands/test_requirements.py")
NO_POSTGRESQL = (
    "DATABASE_URL must name a PostgreSQL server and not mysql: write it like "
    "postgresql://user:password@host:5432/database.\n"
)


def python(*arguments, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=environment | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("way", [LAUNCH, MANAGE, PYTEST], ids=["run", "manage", "test"])
def test_a_database_url_of_another_kind_stops_every_command(way, tmp_path):
    result = python(*way, DATABASE_URL="mysql://hub:secret@db/hub", HUB_DATA_DIR=str(tmp_path), PORT=str(free_port()))
    assert (result.returncode, result.stdout, result.stderr) == (1, "", NO_POSTGRESQL)


@pytest.mark.parametrize("way", [LAUNCH, PYTEST], ids=["run", "test"])
def test_a_wrong_password_stops_before_anything_else_and_stays_secret(way, tmp_path):
    url = urlsplit(os.environ["DATABASE_URL"])
    wrong = url._replace(netloc=url.netloc.replace(url.password, "another-secret")).geturl()
    result = python(*way, DATABASE_URL=wrong, HUB_DATA_DIR=str(tmp_path), PORT=str(free_port()))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith(" refuses the user name or the password: check DATABASE_URL.\n")
    assert result.stderr.count("\n") == 1
    assert "another-secret" not in result.stderr


def test_data_of_a_newer_version_is_not_touched(child_env, tmp_path):
    recorder = MigrationRecorder(connection)
    recorder.record_applied("customers", "0099_from_the_future")
    try:
        result = python(*LAUNCH, **child_env | {"HUB_DATA_DIR": str(tmp_path), "PORT": str(free_port())})
    finally:
        recorder.record_unapplied("customers", "0099_from_the_future")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "The data was written by a newer version of the hub (this one does not know customers.0099_from_the_future): "
        "start that version, or choose another data directory with HUB_DATA_DIR.\n"
    )


def test_a_data_directory_that_is_none_is_told(tmp_path):
    (tmp_path / "file").touch()
    result = python(*LAUNCH, HUB_DATA_DIR=str(tmp_path / "file"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"{tmp_path}/file is not ours to write: choose another place for the data with HUB_DATA_DIR.\n"
    )
