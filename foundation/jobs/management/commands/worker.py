"""`manage.py worker`: does the background work."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from setproctitle import setproctitle

from foundation.jobs.guard import Guard
from foundation.jobs.models import Job
from foundation.jobs.outbox.bell import CLUSTER as OUTBOX

CLUSTERS = [*Job.Cluster.values, OUTBOX]


class Command(BaseCommand):
    """Runs the clusters of the queue and guards them."""

    help = (
        "Does the background work until it is stopped (Ctrl-C or SIGTERM: running jobs may finish, for 90 seconds; "
        "a second time: at once). Start as many as you like, on as many hosts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which clusters."""
        parser.add_argument("--only", choices=CLUSTERS, help="run this cluster alone; without it all of them")

    def handle(self, *args: Any, only: str | None = None, **options: Any) -> None:
        """Guard the clusters."""
        setproctitle("hub worker")
        Guard([only] if only else CLUSTERS).run()
