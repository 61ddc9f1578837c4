"""The plain export, row by row, that the streamed one is compared with."""

from __future__ import annotations

import csv
from typing import IO, Any

from django.db import models

from foundation.transfers.plain.resource import PlainResource

ROWS_AT_ONCE = 2_000


def write_export(file: IO[str], resource: PlainResource, rows: models.QuerySet[Any]) -> int:
    """Write a header and one line per row as they come from the database; return how many rows."""
    writer = csv.writer(file)
    columns = [column for column in resource.columns() if not column.on_demand]
    writer.writerow([column.column_name for column in columns])
    count = 0
    for count, row in enumerate(resource.for_export(rows).iterator(ROWS_AT_ONCE), start=1):  # noqa: B007
        writer.writerow([column.export(row) for column in columns])
    return count
