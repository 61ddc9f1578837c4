"""A copy of the repository as a newcomer has it, with nothing installed; and `make` in it, as who we choose."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.fixtures.waiting import wait_until

REPOSITORY = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".hub", ".*_cache", "__pycache__", "staticfiles", "test-results", "node_modules", ".hypothesis"
)
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INSTALL_PATIENCE_SECONDS = 300
STOP_PATIENCE_SECONDS = 40


@dataclass(frozen=True)
class Person:
    """Who runs make: we ourselves, or, where we are root, somebody who is not."""

    name: str
    path: str
    uid: int | None = None

    @classmethod
    def all(cls) -> list["Person"]:
        """Ourselves, and an ordinary user where we are root and the machine has a Python for everybody."""
        ourselves = cls("root" if os.geteuid() == 0 else "ordinary user", _path_without_venv())
        if os.geteuid() != 0 or not any(_is_for_everybody(place) for place in SYSTEM_PATH.split(":")):
            return [ourselves]
        return [ourselves, cls("ordinary user", SYSTEM_PATH, uid=65534)]

    def own(self, directory: Path) -> None:
        """Give the person a directory and all that is in it."""
        if self.uid is not None:
            for path in (directory, *directory.rglob("*")):
                os.chown(path, self.uid, self.uid, follow_symlinks=False)


@dataclass
class CleanCopy:
    """The copy, and what runs in it."""

    directory: Path
    person: Person
    port: int
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, place: Path, person: Person) -> "CleanCopy":
        """Copy what is in the repository, but nothing that was made there."""
        place.chmod(0o755)
        shutil.copytree(REPOSITORY, place / "hub", symlinks=True, ignore=NOT_COPIED)
        (place / "home").mkdir()
        person.own(place)
        return cls(place / "hub", person, free_port())

    @property
    def url(self) -> str:
        """Where the hub answers."""
        return f"http://localhost:{self.port}"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `make …` as at a terminal: a session of its own, its output in a file."""
        with self._output().open("wb") as output:
            return subprocess.Popen(
                ["make", "--no-print-directory", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self._surroundings(),
            )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE_SECONDS,
            check=False,
            **self._surroundings(),
        )

    def output(self) -> str:
        """What `start` has printed so far."""
        return self._output().read_text(encoding="utf-8", errors="replace")

    def wait_for_answer(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until /healthz answers; a hub that gives up is a failure at once."""

        def look() -> bool:
            assert process.poll() is None, self.output()
            return self.status("/healthz") == 200

        wait_until(look, seconds=INSTALL_PATIENCE_SECONDS, what="/healthz")

    def status(self, path: str) -> int | None:
        """Status of a page; None while nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return None

    def press_ctrl_c(self, process: subprocess.Popen[bytes]) -> None:
        """What a terminal does: SIGINT to everything in the foreground; then wait for the end."""
        os.killpg(process.pid, signal.SIGINT)
        process.wait(STOP_PATIENCE_SECONDS)

    def processes(self) -> list[str]:
        """Command lines of everything that runs in or from the copy."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if str(self.directory) in " ".join([process.cwd(), *process.cmdline()]):
                    found.append(" ".join(process.cmdline()))
        return found

    def _surroundings(self) -> dict[str, object]:
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "LANG", "LC_", "SSL_"))}
        environment = kept | {
            "HOME": str(self.directory.parent / "home"),
            "PATH": self.person.path,
            "PORT": str(self.port),
            **self.variables,
        }
        who = {} if self.person.uid is None else {"user": self.person.uid, "group": self.person.uid, "extra_groups": []}
        return {"cwd": self.directory, "env": environment, **who}

    def _output(self) -> Path:
        return self.directory.parent / "output"


def _path_without_venv() -> str:
    own = Path(sys.prefix, "bin")
    return ":".join(place for place in os.environ["PATH"].split(":") if Path(place) != own)


def _is_for_everybody(place: str) -> bool:
    """Whether there is a Python in `place` that is new enough and lies where everybody may go."""
    python = Path(place, "python3")
    if not python.exists():
        return False
    real = python.resolve()
    if not all(part.stat().st_mode & 0o001 for part in (real, *real.parents)):
        return False
    code = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def free_port() -> int:
    """Return a port nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
