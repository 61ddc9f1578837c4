"""Import and export as everybody calls them: the job, the command, later the schedule."""

from __future__ import annotations

from typing import IO, Any

from django.db import models

from foundation.changes.audit import audit
from foundation.identity.models import User
from foundation.transfers.files import write_export
from foundation.transfers.plain import Options
from foundation.transfers.registry import Transfer
from foundation.transfers.reports import ImportReport
from foundation.transfers.tables import Table


def import_table(transfer: Transfer, table: Table, options: Options) -> ImportReport:
    """Import what was read from a file; the caller says by `recording()` on whose behalf."""
    return transfer.resource().import_table(table, options)


def export_rows(
    transfer: Transfer, file: IO[str], *, user: User | None, rows: models.QuerySet[Any] | None = None
) -> int:
    """Write the rows `user` may see (nobody: all), or those of them in `rows`; return how many and note it."""
    visible = transfer.visible(user)
    chosen = visible if rows is None else visible.filter(pk__in=rows.values("pk"))
    count = write_export(file, transfer.resource(), chosen)
    audit("export.done", actor=user, detail={"what": transfer.slug, "rows": count})
    return count
