"""The mails about an import. Subjects, sentences and counters are those OroCommerce sends; no cell of the file is in
them. A mail that cannot be made never fails the import."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from foundation.jobs.runs import JobRun
from foundation.transfers.engine.sql import fetch, literal
from foundation.transfers.importing.content import names_of
from foundation.transfers.mail import Content, mail_owner
from foundation.transfers.models import ImportRun

ERRORS_SHOWN = 20
QUOTED = "“[^”]*”|'[^']*'"  # names and numbers of records
WORTH_A_MAIL = 60  # seconds a check takes before the person may have gone away


def mail_imported(run: JobRun, imported: ImportRun) -> None:
    """Say that a file is in."""
    counts = imported.counts
    written = counts["new"] + counts["changed"] + counts.get("deleted", 0)
    numbers = [
        f"Errors: {counts['errors']} processed: {written}, read: {counts['read']}, added: {counts['new']}",
        *([f"deleted: {counts['deleted']}"] if counts.get("deleted") else []),
        f"updated: 0, replaced: {counts['changed']}",
    ]
    done = _("Import of the %(file)s was completed.") % {"file": imported.name}
    subject = _("Result of importing file %(file)s") % {"file": imported.name}
    _send(run, imported, subject, [done, ", ".join(numbers)])


def mail_checked(run: JobRun, imported: ImportRun) -> None:
    """Say that a file was checked, where that took so long that the person may be elsewhere by now."""
    began = run.job.started_at
    if began is None or (timezone.now() - began).total_seconds() < WORTH_A_MAIL:
        return
    counts = imported.counts
    written = counts["new"] + counts["changed"]
    done = _("Import validation of the %(file)s was completed.") % {"file": imported.name}
    numbers = f"Errors: {counts['errors']} processed: {written}, read: {counts['read']}"
    subject = _("Result of import validation file %(file)s") % {"file": imported.name}
    _send(run, imported, subject, [done, numbers])


def mail_failed(run: JobRun, imported: ImportRun) -> None:
    """Say that a file could not be read; why stands on its page, for it may quote the file."""
    place = {"file": imported.name}
    lines = [
        _("An error occurred while reading file %(file)s:") % place,
        _("The file could not be imported. Its page says what is wrong and what to do."),
    ]
    _send(run, imported, _("Cannot Import file %(file)s") % place, lines, with_errors=False)


def _send(run: JobRun, imported: ImportRun, subject: str, lines: list[str], *, with_errors: bool = True) -> None:
    def content() -> Content:
        errors = _errors(imported) if with_errors else []
        return [*lines, *errors], _links(imported, with_log=bool(errors))

    mail_owner(run, subject, content)


def _errors(imported: ImportRun) -> list[str]:
    """The first errors by line and column; the sentence without the cell, and without whatever else it quotes."""
    cell_out = f"CASE WHEN value = '' THEN message ELSE replace(message, value, {literal('…')}) END"
    said = f"regexp_replace({cell_out}, {literal(QUOTED)}, {literal('…')}, 'g')"
    rows: list[tuple[Any, ...]] = fetch(
        f"SELECT _line, column_name, {said} FROM {names_of(imported).errors} ORDER BY _line, place LIMIT {ERRORS_SHOWN}"
    )
    place = _("Line %(line)d")
    return [
        (place % {"line": line}) + (f", {column}: " if column else ": ") + message for line, column, message in rows
    ]


def _links(imported: ImportRun, *, with_log: bool) -> list[tuple[str, str]]:
    links = [(_("The import"), imported.get_absolute_url())]
    if with_log:
        links.append((_("Error log"), reverse("admin:transfers_importrun_log", args=[imported.pk])))
    return links
