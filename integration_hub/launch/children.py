"""Processes that never outlive the launcher, nor leave children of their own behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

LARGEST_LOG = 10_000_000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def _prctl() -> Callable[[int, int], int] | None:
    """Linux's way to tie processes together; elsewhere a killed launcher leaves its children to be stopped by hand."""
    return ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


_PRCTL = _prctl()  # looked up before any fork: nothing may be loaded in the moment between fork and exec


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent died, so that they are found at the end."""
    if _PRCTL:
        _PRCTL(PR_SET_CHILD_SUBREAPER, 1)


def die_with_launcher() -> None:
    """Run between fork and exec: SIGTERM for this process when the launcher dies, however it dies."""
    if _PRCTL:
        _PRCTL(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One program in a session of its own: Ctrl-C reaches the launcher alone, which ends the others in order."""

    def __init__(self, name: str, command: Sequence[str], log: Path, pass_fds: Sequence[int] = ()) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._pass_fds = pass_fds
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; its output goes to its log."""
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  (our own programs, no shell)
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=tuple(self._pass_fds),
                start_new_session=True,
                preexec_fn=die_with_launcher,  # noqa: PLW1509  (the launcher has one thread)
            )

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def pid(self) -> int | None:
        """Its process id, once started."""
        return self._process.pid if self._process else None

    def ask_to_stop(self) -> None:
        """Tell the main process, and it alone: it ends its own children in order."""
        if self._process and self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def last_words(self) -> str:
        """Return the last line of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else ""


def descendants(spared: int | None) -> list[psutil.Process]:
    """Every process below the launcher, adopted orphans too, but not the database server `spared` and its own."""
    found: list[psutil.Process] = []
    for process in psutil.Process().children():
        if process.pid != spared:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [process, *process.children(recursive=True)]
    return found


def kill_all(processes: Sequence[psutil.Process]) -> None:
    """End what did not end by itself, and wait until it is gone."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=5)


def reap_orphans(known: Sequence[int | None]) -> None:
    """Take the exit codes of adopted processes that ended, so that no zombie stays."""
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
            if process.pid not in known and process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)
