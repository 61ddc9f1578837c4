"""What `manage.py worker` does: keeps the queue's clusters alive, sweeps, and shows life.

The queue itself restarts what dies inside it; it hangs when an idle process is killed, and its children run on unseen
when its main process is. Both are noticed here.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from foundation.jobs.clusters import ClusterProcess
from foundation.jobs.models import WorkerBeat
from foundation.jobs.outbox.bell import CLUSTER as OUTBOX
from foundation.jobs.outbox.bell import ring_if_due
from foundation.jobs.outbox.selectors import deliveries_hang
from foundation.jobs.selectors import cluster_hangs, oldest_waiting_seconds
from foundation.jobs.sweeper import release_runs, ring_for_cluster, sweep
from foundation.jobs.timing import timing

log = structlog.get_logger(__name__)
SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass
class Duty:
    """Something to be done again and again."""

    do: Callable[[], object]
    every: float
    due: float = 0

    def fulfil(self) -> None:
        """Do it if it is time. Whatever goes wrong is logged and tried again: the guard itself must not die of it."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + self.every
        try:
            self.do()
        except Exception as error:  # noqa: BLE001
            log.warning("worker: a duty failed, will try again", duty=self.do.__name__, error=type(error).__name__)
            connection.close()


class Guard:
    """Guards the clusters of one worker until it is told to stop."""

    def __init__(self, clusters: Sequence[str]) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.timing = timing()
        self.clusters = [ClusterProcess(name, worker=self.name) for name in clusters]
        self.signals = 0
        self.duties = [
            Duty(self.show_life, self.timing.worker_beat),
            Duty(sweep, self.timing.sweep),
            Duty(self.revive, self.timing.tick),
            Duty(self.miss_processes, self.timing.beat),
            Duty(ring_if_due, self.timing.outbox),
            Duty(self.watch, min(self.timing.watchdog / 6, 10)),
        ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT, then end in good order."""
        former = {number: signal.signal(number, self._note_signal) for number in SIGNALS}
        try:
            for cluster in self.clusters:
                cluster.start()
            while not self.signals:
                for duty in self.duties:
                    duty.fulfil()
                time.sleep(self.timing.tick)
        finally:
            self.stop()
            for number, handler in former.items():
                signal.signal(number, handler)

    def _note_signal(self, number: int, _frame: FrameType | None) -> None:
        self.signals += 1

    def show_life(self) -> None:
        """Write down that this worker is there."""
        waiting = oldest_waiting_seconds()
        WorkerBeat.objects.update_or_create(
            name=self.name,
            defaults={
                "seen_at": Now(),
                "version": settings.VERSION,
                "oldest_waiting_seconds": waiting,
            },
        )

    def revive(self) -> None:
        """Start clusters again whose main process has died, after killing what it left behind."""
        for cluster in self.clusters:
            if cluster.process is not None and cluster.has_ended():
                log.error("worker: a cluster's main process has died", cluster=cluster.name)
                self._kill(cluster)
                cluster.plan_restart()
            if cluster.process is None and cluster.may_start():
                self._start_again(cluster)

    def miss_processes(self) -> None:
        """Give up at once the runs of processes that were killed inside a cluster (out of memory); the queue has
        started others in their place. Processes of other hosts are missed by their silence."""
        for cluster in self.clusters:
            if cluster.process is not None:
                release_runs(cluster.worker, lives=cluster.has_process)

    def watch(self) -> None:
        """Restart clusters that have room and still take nothing."""
        for cluster in self.clusters:
            if not cluster.had_time(self.timing.watchdog):
                continue
            if self._hangs(cluster):
                log.error("worker: a cluster takes no jobs although it has room", cluster=cluster.name)
                cluster.hangs += 1
                self._kill(cluster)
                self._start_again(cluster)

    def _hangs(self, cluster: ClusterProcess) -> bool:
        if cluster.name == OUTBOX:
            return deliveries_hang(patience=timedelta(seconds=self.timing.watchdog))
        return cluster_hangs(cluster.name, worker=cluster.worker, size=cluster.size)

    def _kill(self, cluster: ClusterProcess) -> None:
        cluster.kill()
        release_runs(cluster.worker)

    def _start_again(self, cluster: ClusterProcess) -> None:
        ring_for_cluster(cluster.name)  # what its memory held is lost
        cluster.start()
        WorkerBeat.objects.filter(name=self.name).update(restarts=F("restarts") + 1)

    def stop(self) -> None:
        """Let running jobs finish for a while, then kill what is left; its jobs go on elsewhere, without blame."""
        for cluster in self.clusters:
            cluster.ask_to_stop()
        patience = time.monotonic() + self.timing.stop
        while time.monotonic() < patience and self.signals < 2 and not all(c.has_ended() for c in self.clusters):
            time.sleep(min(0.1, self.timing.tick))
        for cluster in self.clusters:
            cluster.kill()
        Duty(self._say_goodbye, 0).fulfil()

    def _say_goodbye(self) -> None:
        for cluster in self.clusters:
            release_runs(cluster.worker, counts=False)
        WorkerBeat.objects.filter(name=self.name).update(seen_at=Now(), stopped_at=Now())
