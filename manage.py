#!/usr/bin/env python
"""Django's command line, with the embedded database started for as long as the command needs it."""

import os
import signal
import sys


def main() -> None:
    """Run a management command; without DATABASE_URL the hub's own PostgreSQL serves it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integration_hub.settings")
    from integration_hub import local

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that the database is stopped too
    try:
        with local.environment():
            from django.core.management import execute_from_command_line

            from foundation.changes.command_line import record_command_line

            record_command_line(sys.argv)
            execute_from_command_line(sys.argv)
    except local.LocalError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
