"""Import as everybody calls it: the job, the command, later the schedule."""

from __future__ import annotations

from foundation.transfers.plain import Options
from foundation.transfers.registry import Transfer
from foundation.transfers.reports import ImportReport
from foundation.transfers.tables import Table


def import_table(transfer: Transfer, table: Table, options: Options) -> ImportReport:
    """Import what was read from a file; the caller says by `recording()` on whose behalf."""
    return transfer.resource().import_table(table, options)
