"""Django's `flush`, recorded: it sends post_migrate, whose receivers write roles and reference rows anew."""

from typing import Any

from django.core.management.commands import flush

from foundation.changes.models import Source
from foundation.changes.recording import session_context


class Command(flush.Command):
    """Refused by the ledger itself, which cannot be emptied, except in tests."""

    def handle(self, **options: Any) -> None:
        """Empty every table and write the rows that must be there."""
        with session_context(source=Source.SYSTEM, via="manage.py flush"):
            super().handle(**options)
