"""What an import says about its refused rows: a file to mend and send again, and the log as OroCommerce writes it."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import IO

from django.core.files import File
from django.utils.translation import gettext as _

from foundation.jobs.runs import JobRun
from foundation.transfers.engine.sql import bundles
from foundation.transfers.importing.content import names_of, opened
from foundation.transfers.models import ImportRun

AT_ONCE = 2_000
Said = tuple[int, int, str, str]  # line, number of the record, column, message


def attach_refusals(run: JobRun, imported: ImportRun) -> None:
    """Keep both files with the job, if anything was refused."""
    if not imported.counts.get("refused"):
        return
    for name, write in ((_("refused-rows.csv"), write_refused), (_("error-log.txt"), write_log)):
        with tempfile.TemporaryFile("w+b") as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig" if name.endswith("csv") else "utf-8", newline="")
            with run.recording(reason=run.job.title):  # the cursor of the server lives in a transaction
                write(text, imported)
            text.flush()
            file.seek(0)
            run.attach(name, File(file))
            text.detach()


def errors_of(imported: ImportRun) -> Iterator[Said]:
    """Everything that is wrong, by line, as it comes from the database; call it inside a transaction."""
    names = names_of(imported)
    query = (
        f"SELECT e._line, r._number, e.column_name, e.message FROM {names.errors} e "
        f"JOIN {names.raw} r ON r._line = e._line ORDER BY e._line, e.place, e.message"
    )
    for rows in bundles(query, AT_ONCE):
        yield from rows


def write_log(file: IO[str], imported: ImportRun) -> None:
    """Write one message per line, rows counted as OroCommerce counts them: the first below the header is 1."""
    for _line, number, column, message in errors_of(imported):
        file.write(f"Error in row #{number}. " + (f"{column}: " if column else "") + f"{message}\n")


def write_refused(file: IO[str], imported: ImportRun) -> None:
    """Write the refused rows as they were, with what is wrong in a last column.

    A row with too few cells is not filled up: sent again as it is, it must be refused again.
    """
    writer = csv.writer(file)
    refused = groupby(errors_of(imported), key=itemgetter(0))
    line, said = next(refused, (0, iter(())))
    with opened(imported) as reader:
        writer.writerow([*reader.headers, _("Error")])
        for record in reader:
            if not line:
                return
            if record.line == line:
                writer.writerow([*record.cells, "; ".join(_sentence(*row[2:]) for row in said)])
                line, said = next(refused, (0, iter(())))


def _sentence(column: str, message: str) -> str:
    return f"{column}: {message}" if column else message
