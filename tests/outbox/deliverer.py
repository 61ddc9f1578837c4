"""A process of its own that delivers what is due: `python -m tests.outbox.deliverer MODULE FUNCTION SECONDS_AHEAD`."""

import sys
from datetime import timedelta
from importlib import import_module

import django


def main():
    """Deliver with the named engine until nothing is due."""
    django.setup()
    from foundation.jobs.clock import Clock
    from tests.outbox import remote

    remote.register()
    deliver_next = getattr(import_module(sys.argv[1]), sys.argv[2])
    clock = Clock(timedelta(seconds=float(sys.argv[3])))
    while deliver_next(clock) is not None:
        pass


if __name__ == "__main__":
    main()
