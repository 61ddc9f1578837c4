"""A cluster of the queue as a group of processes, seen from the worker that guards it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import structlog
from django.conf import settings

from foundation.jobs.timing import cluster_setting

log = structlog.get_logger(__name__)
SHORT_LIFE = 10  # seconds; a cluster that dies sooner is not started again at once
LONGEST_PAUSE = 30


class ClusterProcess:
    """The main process of a cluster and the group it leads.

    The group matters twice. SIGTERM must reach the main process only: with SIGTERM to all of them the queue hangs and
    loses what runs. And the children of a killed main process live on and take new tasks, so all are killed.
    """

    def __init__(self, name: str, *, worker: str) -> None:
        self.name = name
        self.worker = f"{worker}/{name}"
        self.pause = 0.0
        self.hangs = 0
        self.started = 0.0
        self.not_before = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def size(self) -> int:
        """How many jobs it can do at once."""
        return cluster_setting(self.name, "workers")

    @property
    def age(self) -> float:
        """Seconds since its last start."""
        return time.monotonic() - self.started

    def had_time(self, seconds: float) -> bool:
        """Whether it has run long enough to be judged; longer after each judgement, lest a slow start be its end."""
        return self.process is not None and self.age > seconds * 2 ** min(self.hangs, 5)

    def start(self) -> None:
        """Start it as the leader of a process group of its own."""
        surroundings = os.environ | {"Q_CLUSTER_NAME": self.name, "HUB_WORKER": self.worker}
        command = [sys.executable, "-m", "foundation.jobs.cluster_main", str(os.getpid())]
        self.process = subprocess.Popen(  # noqa: S603  (our own program, no shell)
            command, env=surroundings, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, process_group=0
        )
        self.started = time.monotonic()
        log.info("worker: cluster started", cluster=self.name, pid=self.process.pid)

    def has_ended(self) -> bool:
        """Whether the main process is over; looked at without reaping it, so that its group's number stays ours."""
        if self.process is None:
            return True
        if self.process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def has_process(self, pid: int) -> bool:
        """Whether a process still belongs to the group; a number the system has given away again does not."""
        try:
            return self.process is not None and os.getpgid(pid) == self.process.pid
        except ProcessLookupError:
            return False

    def ask_to_stop(self) -> None:
        """Tell the main process to finish what runs and take nothing new."""
        if self.process is not None and not self.has_ended():
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the whole group, whatever is left of it."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def plan_restart(self) -> None:
        """Decide when it may start again: at once after a decent life, ever later if it keeps dying young."""
        self.pause = min(max(1, self.pause * 2), LONGEST_PAUSE) if self.age < SHORT_LIFE else 0
        self.not_before = time.monotonic() + self.pause

    def may_start(self) -> bool:
        """Whether the pause after its last death is over."""
        return time.monotonic() >= self.not_before
