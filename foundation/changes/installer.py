"""Puts the ledger's triggers on tables of apps that do not know it, after every `migrate` (docs/adr/0005)."""

from __future__ import annotations

from typing import Any

from django.apps import apps as current_apps
from django.db import DEFAULT_DB_ALIAS, connections, models

from foundation.changes.tracking import watched_from_outside
from foundation.changes.triggers import LEDGER_TRIGGERS, LedgerSql

_INSTALLED = "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE tgname = ANY(%s)"


def install_triggers(using: str = DEFAULT_DB_ALIAS, apps: Any = current_apps, **_kwargs: Any) -> None:
    """Install what is missing or differs (post_migrate); normally that is nothing, and one query finds it out.

    The tables are looked at as they are in the database, which may be migrated only so far.
    """
    try:
        apps.get_model("changes", "Change")
    except LookupError:
        return
    wanted = [sql for model in watched_from_outside() for sql in _triggers_of(model, apps)]
    with connections[using].cursor() as cursor:
        cursor.execute(_INSTALLED, [[sql.pgid for sql in wanted]])
        installed = dict(cursor.fetchall())
        for sql in wanted:
            if installed.get(sql.pgid) != sql.hash:
                cursor.execute(str(sql))


def _triggers_of(model: type[models.Model], apps: Any) -> list[LedgerSql]:
    try:
        state = apps.get_model(model._meta.label)
    except LookupError:
        return []
    return [trigger.sql_for(state) for trigger in LEDGER_TRIGGERS]
