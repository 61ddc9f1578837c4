"""`manage.py worker`: does the background work."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from setproctitle import setproctitle

from foundation.jobs.guard import Guard
from foundation.jobs.models import Job


class Command(BaseCommand):
    """Runs both clusters of the queue and guards them."""

    help = (
        "Does the background work until it is stopped (Ctrl-C or SIGTERM: running jobs may finish, for 90 seconds; "
        "a second time: at once). Start as many as you like, on as many hosts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say which clusters."""
        parser.add_argument(
            "--only", choices=Job.Cluster.values, help="run this cluster alone; without it everyday and long work"
        )

    def handle(self, *args: Any, only: str | None = None, **options: Any) -> None:
        """Guard the clusters."""
        setproctitle("hub worker")
        Guard([only] if only else Job.Cluster.values).run()
