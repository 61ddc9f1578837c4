"""One cluster of the queue, as the worker command starts it: `python -m foundation.jobs.cluster_main PID_OF_WORKER`.

Its name comes in Q_CLUSTER_NAME, where the queue reads it. No process of it outlives the one that started it.
"""

import ctypes
import os
import signal
import sys

import django
from setproctitle import setproctitle

PR_SET_PDEATHSIG = 1


def die_with_parent(how: signal.Signals) -> None:
    """Ask Linux for a signal when our parent dies; elsewhere the worker's own supervision must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def main() -> None:
    """Run the cluster until the worker, or its death, tells us to stop."""
    die_with_parent(signal.SIGTERM)  # the cluster ends in good order
    if os.getppid() != int(sys.argv[1]):
        sys.exit("The worker that wanted this cluster is gone.")
    django.setup()
    # A child without its main process would go on taking tasks, seen by nobody.
    os.register_at_fork(after_in_child=lambda: die_with_parent(signal.SIGKILL))
    from django_q.cluster import Cluster

    Cluster().start()
    setproctitle(f"hub worker: cluster {os.environ['Q_CLUSTER_NAME']}")


if __name__ == "__main__":
    main()
