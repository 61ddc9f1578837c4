"""Write files row by row: refused rows, and the plain export that the streamed one is compared with."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext as _

from foundation.transfers.plain import PlainResource
from foundation.transfers.reports import ImportReport
from foundation.transfers.tables import Table

ROWS_AT_ONCE = 2_000


def write_export(file: IO[str], resource: PlainResource, rows: models.QuerySet[Any]) -> int:
    """Write a header and one line per row as they come from the database; return how many rows."""
    writer = csv.writer(file)
    columns = resource.columns()
    writer.writerow([column.column_name for column in columns])
    count = 0
    for count, row in enumerate(resource.for_export(rows).iterator(ROWS_AT_ONCE), start=1):  # noqa: B007
        writer.writerow([column.export(row) for column in columns])
    return count


def write_refused(file: IO[str], table: Table, report: ImportReport) -> None:
    """Write the refused rows as they were, with what is wrong in a last column, ready to be mended and sent again."""
    messages: dict[int, list[str]] = {}
    for refusal in report.refusals:
        messages.setdefault(refusal.line, []).append(f"{refusal.column}: {refusal.message}".removeprefix(": "))
    writer = csv.writer(file)
    writer.writerow([*table.headers, _("Error")])
    for record in table.records:
        if record.line in messages:
            writer.writerow([*_filled(record.cells, len(table.headers)), "; ".join(messages[record.line])])


def _filled(cells: list[str], width: int) -> Iterable[str]:
    return [*cells, *[""] * (width - len(cells))]
