"""Keep web server, worker and database up until somebody asks for the end, then end all of it."""

import contextlib
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from types import FrameType

from integration_hub.embedded_postgres import EmbeddedPostgres
from integration_hub.launch.children import Child, descendants, kill_all, reap_orphans
from integration_hub.local import LocalError

START_PATIENCE_SECONDS = 60
STOP_PATIENCE_SECONDS = 20
LOOK_EVERY_SECONDS = 0.25
LOOK_AT_DATABASE_EVERY_SECONDS = 3
RUNS_WELL_AFTER_SECONDS = 60
LONGEST_PAUSE_SECONDS = 30


class StopSignal:
    """Set by Ctrl-C, by SIGTERM and by a closed terminal; a second one means at once."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.is_urgent = False
        signal.signal(signal.SIGINT, self._receive)  # also where a shell script started us with it ignored (`… &`)
        signal.signal(signal.SIGTERM, self._receive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup stays nohup
            signal.signal(signal.SIGHUP, self._receive)

    @property
    def is_set(self) -> bool:
        """Whether somebody asked for the end."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether somebody asked for the end meanwhile."""
        return self._asked.wait(seconds)

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.is_urgent = self.is_set
        self._asked.set()


class Supervisor:
    """Looks after the children: the first (the web server) must live, the others are started again when they end."""

    def __init__(self, web: Child, helpers: list[Child], server: EmbeddedPostgres | None, stop: StopSignal) -> None:
        self._web = web
        self._helpers = [Restarted(helper) for helper in helpers]
        self._server = server
        self._stop = stop
        self._database_seen_at = time.monotonic()

    def start(self, health: str) -> bool:
        """Start everything and wait until the web server answers at `health`; False when asked to stop before."""
        self._web.start()
        for helper in self._helpers:
            helper.start()
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        while not _answers(health):
            self._look()
            if time.monotonic() > deadline:
                raise LocalError(f"The web server does not answer at {health}: see {self._web.log}.")
            if self._stop.wait(LOOK_EVERY_SECONDS):
                return False
        return True

    def watch(self, is_orphaned: Callable[[], bool]) -> None:
        """Keep everything up until asked to stop, or until the one who started us is gone."""
        while not self._stop.wait(LOOK_EVERY_SECONDS) and not is_orphaned():
            self._look()

    def end(self) -> None:
        """Ask the children to stop, wait for them, and kill what is left of their families."""
        everybody = [self._web, *(helper.child for helper in self._helpers)]
        for child in everybody:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        pause = threading.Event()
        while any(child.pid and child.exit_code is None for child in everybody):
            if self._stop.is_urgent or time.monotonic() > deadline:
                break
            pause.wait(0.05)
        kill_all(descendants(self._server.pid if self._server else None))

    def _look(self) -> None:
        if self._web.exit_code is not None:
            raise LocalError(f"The web server stopped (exit code {self._web.exit_code}): {_why(self._web)}")
        for helper in self._helpers:
            helper.look()
        self._look_at_database()
        reap_orphans([self._web.pid, *(helper.child.pid for helper in self._helpers)])

    def _look_at_database(self) -> None:
        if self._server is None or time.monotonic() < self._database_seen_at + LOOK_AT_DATABASE_EVERY_SECONDS:
            return
        if self._server.ensure_running():
            say("The database server had stopped and was started again.")
        self._database_seen_at = time.monotonic()


class Restarted:
    """A child that is started again whenever it ends: soon at first, later with a longer pause."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self._failures = 0
        self._started_at = 0.0
        self._due_at: float | None = None

    def start(self) -> None:
        """Start it now."""
        self.child.start()
        self._started_at = time.monotonic()
        self._due_at = None

    def look(self) -> None:
        """Plan a restart when it has ended, and do it when it is due."""
        if self._due_at is not None:
            if time.monotonic() >= self._due_at:
                self.start()
        elif self.child.exit_code is not None:
            self._plan()

    def _plan(self) -> None:
        ran_well = time.monotonic() - self._started_at > RUNS_WELL_AFTER_SECONDS
        self._failures = 0 if ran_well else self._failures + 1
        pause = min(2**self._failures, LONGEST_PAUSE_SECONDS)
        self._due_at = time.monotonic() + pause
        say(
            f"The {self.child.name} stopped (exit code {self.child.exit_code}) and starts again in {pause} s: "
            f"{_why(self.child)}"
        )


def say(text: str) -> None:
    """Print, unless the terminal is gone: that must not keep us from ending everything."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _why(child: Child) -> str:
    words = child.last_words()
    return f"{words} (more in {child.log})" if words else f"see {child.log}"


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (our own address)
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
