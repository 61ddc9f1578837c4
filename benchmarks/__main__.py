"""Run every benchmark, or those whose name contains a given word: `python -m benchmarks ledger`.

Each runs in a process of its own on a fresh, migrated database of its own, which is dropped afterwards; on the server
DATABASE_URL names, else on an embedded one that keeps its data safe as in production (fsync on).
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from integration_hub import local

HERE = Path(__file__).resolve().parent
TEMPLATE = "hub_bench_template"
DATABASE = "hub_bench"


def main(words: list[str]) -> int:
    """Print one line per figure; return 1 if a benchmark broke."""
    names = [
        path.stem for path in sorted(HERE.glob("bench_*.py")) if not words or any(word in path.stem for word in words)
    ]
    with surroundings() as server:
        broken = [name for name in names if not run_one(server, name)]
    for name in broken:
        print(f"{name} broke: its error is above.", file=sys.stderr)
    return 1 if broken or not names else 0


@contextlib.contextmanager
def surroundings() -> Iterator[str]:
    """A throw-away data directory and a migrated template database; gives the server's URL."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-", ignore_cleanup_errors=True) as temporary:
        directory = Path(temporary)
        directory.chmod(0o755)  # the server's account must get through when root runs the benchmarks
        local.provide_secrets(directory)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "integration_hub.settings",
            "HUB_DATA_DIR": temporary,
            "HUB_HTTPS": "0",
            "HUB_MAILBOX": "1",
        }
        with local.database(directory / "postgres"), fresh_database(os.environ["DATABASE_URL"], TEMPLATE) as template:
            for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
                subprocess.run([sys.executable, "manage.py", *command], env=_environment(template), check=True)
            yield os.environ["DATABASE_URL"]


def run_one(server: str, name: str) -> bool:
    """Run one benchmark on its own database; return whether it came to its end."""
    with fresh_database(server, DATABASE, template=TEMPLATE) as url:
        command = [sys.executable, "-m", "benchmarks.one", name]
        return subprocess.run(command, env=_environment(url), check=False).returncode == 0


@contextlib.contextmanager
def fresh_database(server: str, name: str, template: str = "template0") -> Iterator[str]:
    """Make a database beside the one `server` names and drop it afterwards; gives its URL."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(create)
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(drop)


def _environment(database: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except local.LocalError as error:
        sys.exit(str(error))
