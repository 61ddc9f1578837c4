"""Names the management command to the ledger, for commands that know nothing of it (createsuperuser, shell, loaddata).

Our own commands open `recording()` themselves and so say more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# These serve requests and jobs, which name themselves: what they forget must show up as unknown.
SERVERS = frozenset({"runserver", "worker", "qcluster", "testserver"})


def record_command_line(arguments: Sequence[str]) -> None:
    """Make the running command the source of whatever its connections change."""
    name = arguments[1] if len(arguments) > 1 else ""
    if not name or name in SERVERS:
        return
    context = json.dumps({"source": "command", "via": f"manage.py {name}"[:200]})

    def name_it(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hub.change_context', %s, false)", [context])

    connection_created.connect(name_it, weak=False, dispatch_uid="changes.command_line")
