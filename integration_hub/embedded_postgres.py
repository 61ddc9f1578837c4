"""The hub's own PostgreSQL, for a machine that has none: started when somebody needs it, stopped after the last one.

Knows nothing of Django. Life cycle by file locks, because the kernel frees them even after `kill -9`:

* `users.lock`: everybody who needs the server holds it shared; whoever then gets it exclusively stops the server;
* `start.lock`: held exclusively while looking whether the server runs and starting it.
"""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from integration_hub.postgres_programs import PostgresPrograms, find_programs

ROLE = "hub"
DATABASE = "hub"
# A Unix socket's path holds 107 bytes on Linux, 103 on macOS; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_DIRECTORY = 85
START_PATIENCE_SECONDS = 60
ANSWER_PATIENCE_SECONDS = 10
UNPRIVILEGED_ACCOUNT = "nobody"
SYSTEM_DIRECTORY = Path("/var/lib/integration-hub")


class EmbeddedPostgresError(Exception):
    """The embedded server cannot serve; the text is one sentence for the person who started us."""


@dataclass(frozen=True)
class Account:
    """The operating-system account the server runs as when root starts it (PostgreSQL refuses root)."""

    uid: int
    gid: int

    @classmethod
    def needed(cls, home: Path) -> "Account | None":
        """Return None unless we are root; then the owner of the cluster in `home`, else the unprivileged account."""
        if os.geteuid() != 0:
            return None
        cluster = home / "data"
        if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
            return cls(owner.st_uid, owner.st_gid)
        entry = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
        return cls(entry.pw_uid, entry.pw_gid)


class EmbeddedPostgres:
    """One database cluster under `home`; `running()` holds the server up.

    `durable=False` switches fsync off: for test runs that throw the cluster away.
    """

    def __init__(self, home: Path, *, durable: bool = True, programs: PostgresPrograms | None = None) -> None:
        self.durable = durable
        if programs is not None:
            self.programs = programs
        self.account = Account.needed(home.absolute())
        self.home = _reachable_home(home.absolute(), self.account)

    @cached_property
    def programs(self) -> PostgresPrograms:
        """The server programs to use: the wheel's, else those of the machine."""
        try:
            return find_programs(readable_by_others=self.account is not None)
        except LookupError as error:
            raise EmbeddedPostgresError(str(error)) from None

    @cached_property
    def socket_directory(self) -> Path:
        """Where the server listens; a short private directory when the data directory's path is too long."""
        inside = self.home / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY:
            return inside
        short = (self.home / "socket_directory").read_text(encoding="utf-8") if self._has("socket_directory") else ""
        if not short or not Path(short).is_dir():
            short = tempfile.mkdtemp(prefix="hub-pg-")
            self._own(Path(short))
            (self.home / "socket_directory").write_text(short, encoding="utf-8")
        return Path(short)

    @property
    def url(self) -> str:
        """The DATABASE_URL of the running server."""
        password = (self.home / "password").read_text(encoding="utf-8").strip()
        return f"postgresql://{ROLE}:{password}@{quote(str(self.socket_directory), safe='')}/{DATABASE}"

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Keep the server up for the length of the block and give its URL."""
        self._make_directory(self.home)
        with self._opened("users.lock") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                self._ensure_started()
                yield self.url
            finally:
                fcntl.flock(users, fcntl.LOCK_UN)
                self._stop_if_unused(users)

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        try:
            return int((self.home / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def ensure_running(self) -> bool:
        """Start the server again if it died inside `running()`; return whether that was needed."""
        if self._pg_ctl("status").returncode == 0:
            return False
        self._ensure_started()
        return True

    def _ensure_started(self) -> None:
        with self._opened("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (self.home / "data").is_dir():
                self._create_cluster()
            self._refuse_other_major_version()
            self._make_directory(self.socket_directory)
            if self._pg_ctl("status").returncode != 0:
                self._start()
            self._wait_for_answer()

    def _create_cluster(self) -> None:
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.home / "password"
        password.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        password.chmod(0o600)
        self._own(password)
        arguments = ["-U", ROLE, "-D", str(fresh), "--pwfile", str(password), "--auth=scram-sha-256", "--encoding=UTF8"]
        if not self.durable:
            arguments.append("--no-sync")
        result = self._run(self.programs.path("initdb"), *arguments, *self.programs.locale_arguments)
        if result.returncode != 0:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL could not be set up in {self.home}: {self._log_end()}"
            )
        fresh.rename(self.home / "data")

    def _refuse_other_major_version(self) -> None:
        written = (self.home / "data" / "PG_VERSION").read_text(encoding="utf-8").strip()
        if written != str(self.programs.major):
            raise EmbeddedPostgresError(
                f"The data in {self.home} belongs to PostgreSQL {written}, but the programs here are version "
                f"{self.programs.major}: dump it with the old version's pg_dump and restore it into a new data "
                "directory (docs/operations.md, “Changing the PostgreSQL version”)."
            )

    def _start(self) -> None:
        (self.home / "data" / "postgresql.conf").write_text(self._configuration(), encoding="utf-8")
        if self._pg_ctl("-w", "-t", str(START_PATIENCE_SECONDS), "-l", str(self.home / "log"), "start").returncode != 0:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL in {self.home} does not start: {self._log_end()}")

    def _configuration(self) -> str:
        """Our whole postgresql.conf: no network, and no need of a large /dev/shm (64 MB in many containers)."""
        lines = [
            "listen_addresses = ''",
            f"unix_socket_directories = '{self.socket_directory}'",
            "unix_socket_permissions = 0700",
            "dynamic_shared_memory_type = mmap",
            "max_connections = 100",
            "shared_buffers = 128MB",
            "max_wal_size = 1GB",
            "log_timezone = 'UTC'",
            "timezone = 'UTC'",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        return "\n".join(lines) + "\n"

    def _wait_for_answer(self) -> None:
        """Wait for a real answer: just after a crash `pg_ctl` may still believe a stale “ready”."""
        deadline = time.monotonic() + ANSWER_PATIENCE_SECONDS
        while True:
            try:
                self._create_database()
                return
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"The embedded PostgreSQL in {self.home} does not answer: {error}"
                    ) from None
                time.sleep(0.05)

    def _create_database(self) -> None:
        maintenance = self.url.removesuffix(DATABASE) + "postgres"
        with psycopg.connect(maintenance, autocommit=True, connect_timeout=5) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _stop_if_unused(self, users: IO[bytes]) -> None:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if (self.home / "data").is_dir():
                self._pg_ctl("-m", "fast", "-w", "stop")

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return self._run(self.programs.path("pg_ctl"), "-D", str(self.home / "data"), *arguments)

    def _run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        # Output goes to a file, never to a pipe: the server would keep a pipe open and the call would not return.
        who: dict[str, Any] = (
            {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        )
        # A session of its own: Ctrl-C is for the one who started us, who stops the server when nobody needs it.
        with self._opened("commands.log") as log:
            return subprocess.run(  # noqa: S603  (our own programs, no shell)
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                check=False,
                start_new_session=True,
                **who,
            )

    def _log_end(self) -> str:
        for name in ("log", "commands.log"):
            if self._has(name) and (text := (self.home / name).read_text(encoding="utf-8", errors="replace").strip()):
                return text.splitlines()[-1]
        return f"see {self.home / 'commands.log'}"

    def _opened(self, name: str) -> IO[bytes]:
        """Open a file of ours for writing; root leaves it to the server's account, which may be a person's."""
        file = (self.home / name).open("ab")
        self._own(self.home / name)
        return file

    def _has(self, name: str) -> bool:
        return (self.home / name).exists()

    def _make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._own(path)

    def _own(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)


def _reachable_home(wanted: Path, account: Account | None) -> Path:
    """Return `wanted`, or, where the server's account cannot reach it (a root home), a place it can.

    The place is noted under `wanted`, so that removing the data directory also forgets the old cluster.
    """
    if account is None or (wanted / "data").exists() or _is_reachable(wanted.parent):
        return wanted
    note = wanted.parent / "postgres_location"
    if not note.exists():
        wanted.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(str(SYSTEM_DIRECTORY / "clusters" / secrets.token_hex(8)), encoding="utf-8")
    SYSTEM_DIRECTORY.mkdir(parents=True, exist_ok=True)
    (SYSTEM_DIRECTORY / "clusters").mkdir(exist_ok=True)
    return Path(note.read_text(encoding="utf-8").strip())


def _is_reachable(directory: Path) -> bool:
    """Whether every existing directory on the way may be entered by anybody."""
    return all(not place.exists() or place.stat().st_mode & 0o001 for place in (directory, *directory.parents))
