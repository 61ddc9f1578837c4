"""Django's `migrate`, recorded: what migrations and post_migrate write has the source “system”."""

from typing import Any

from django.core.management.commands import migrate

from foundation.changes.models import Source
from foundation.changes.recording import session_context


class Command(migrate.Command):
    """Also makes roles and reference rows, which are tracked."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; each migration is a transaction and a change set of its own."""
        with session_context(source=Source.SYSTEM, via="manage.py migrate"):
            super().handle(*args, **options)
