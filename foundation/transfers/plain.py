"""The plain way of a file into the database: row by row, by django-import-export.

Kept simple on purpose: the set-based engine is measured against it and must leave the same tables and refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from import_export import resources
from import_export.results import RowResult
from tablib import Dataset

from foundation.changes.refusals import refusals
from foundation.identity.models import User
from foundation.transfers.columns import Column
from foundation.transfers.reports import ImportReport, Refusal
from foundation.transfers.tables import Record, Table

LINE = "__line__"  # rides along in each row; no file has such a header, since the headers are ours


@dataclass
class Options:
    """How a file is imported: by whom, on trial, making what is missing, telling whom how far it is."""

    actor: User | None = None
    dry_run: bool = False
    create_missing: bool = False
    on_row: Callable[[int, int], None] = lambda done, total: None
    created: dict[str, int] = field(default_factory=dict)

    def note_created(self, model: type[models.Model]) -> None:
        """Count a record that was made because a row named it."""
        name = str(model._meta.verbose_name_plural)
        self.created[name] = self.created.get(name, 0) + 1


class PlainResource(resources.ModelResource):
    """A resource whose bad rows are refused one by one, with line, column, value and reason, and leave no trace."""

    class Meta:
        abstract = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        skip_html_diff = True

    options: Options

    @classmethod
    def columns(cls) -> list[Column]:
        """Return the columns in the order of an export."""
        return [cls.fields[name] for name in cls._meta.fields]

    def import_table(self, table: Table, options: Options) -> ImportReport:
        """Import all good rows in one transaction and report the others; a dry run is undone at its end."""
        self.options = options
        headers, ignored = self._match_headers(table.headers)
        report = ImportReport(read=len(table.records), dry_run=options.dry_run, ignored_columns=ignored)
        good, report.refusals = _split_ragged(table)
        with transaction.atomic():
            good, refused = self.arrange(headers, good)
            report.refusals += refused
            self._run(headers, good, report)
            report.created = options.created
            transaction.set_rollback(options.dry_run)
        report.refusals.sort(key=lambda refusal: refusal.line)
        return report

    def arrange(self, headers: list[str | None], records: list[Record]) -> tuple[list[Record], list[Refusal]]:
        """Put rows into the order in which they can be written and refuse those that contradict each other."""
        return records, []

    def get_import_fields(self) -> list[Column]:
        """Only the columns that the file has."""
        present = set(self._present)
        return [column for column in super().get_import_fields() if column.column_name in present]

    def for_export(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Load with the rows what the columns show; override where they name other records."""
        return rows.order_by("pk")

    def import_instance(self, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> None:
        """Fill the record from the row; what a cell cannot mean is reported under the column, all cells at once."""
        errors: dict[str, Any] = {}
        for column in self.get_import_fields():
            try:
                self.import_field(column, instance, row, **kwargs)
            except ValueError as error:
                errors[column.column_name] = str(error)
        if errors:
            raise ValidationError(errors)

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """Import one row; a refused one leaves nothing behind, not even what was made on its way."""
        created = dict(self.options.created)
        with transaction.atomic():
            result = super().import_row(row, instance_loader, **kwargs)
            if result.errors or result.validation_error:
                transaction.set_rollback(True)
                self.options.created = created
        self.options.on_row(kwargs["row_number"], self._total)
        return result

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Save; a rule only the database can check comes back as its sentence."""
        with refusals():
            super().save_instance(instance, is_create, row, **kwargs)

    def _match_headers(self, headers: Iterable[str]) -> tuple[list[str | None], list[str]]:
        """Return our column name for each header (None: not ours) and the headers nobody knows."""
        names = {
            word.casefold(): column.column_name
            for column in self.columns()
            for word in (column.column_name, *column.aliases)
        }
        matched = [names.get(header.casefold()) for header in headers]
        _refuse_doubled(headers, matched)
        self._present = [name for name in matched if name]
        if not self._present:
            raise ValidationError(
                _("No column of the file is known here. Its first line must hold names such as %(names)s.")
                % {"names": ", ".join(f"“{column.column_name}”" for column in self.columns()[:2])}
            )
        return matched, [header for header, name in zip(headers, matched, strict=True) if header and not name]

    def _run(self, headers: list[str | None], records: list[Record], report: ImportReport) -> None:
        self._total = len(records)
        rows = [_row(headers, record) for record in records]
        dataset = Dataset(headers=[*self._present, LINE])
        dataset.extend([[row.get(name) for name in dataset.headers] for row in rows])
        result = self.import_data(dataset, use_transactions=True, raise_errors=False, options=self.options)
        if result.base_errors:
            raise result.base_errors[0].error
        for row, row_result in zip(rows, result.rows, strict=True):
            self._count(row, row_result, report)

    def _count(self, row: dict[str, Any], result: RowResult, report: ImportReport) -> None:
        if result.errors:  # not the file's fault but ours: the whole import is called off
            raise result.errors[0].error
        if result.validation_error:
            report.refusals += self._refusals(row, result.validation_error)
        elif result.import_type == RowResult.IMPORT_TYPE_NEW:
            report.added += 1
        elif result.import_type == RowResult.IMPORT_TYPE_SKIP:
            report.unchanged += 1
        else:
            report.replaced += 1

    def _refusals(self, row: dict[str, Any], error: ValidationError) -> list[Refusal]:
        """One refusal per message; a message on a model field names the column that fills it."""
        by_place = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        return [
            Refusal(row[LINE], column, str(row.get(column) or ""), message)
            for place, messages in by_place.items()
            for column in [self._column_of(place)]
            for message in messages
        ]

    def _column_of(self, place: str) -> str:
        """Return the header that fills the model field `place`; a place that is no field has none."""
        if place == NON_FIELD_ERRORS:
            return ""
        matches = [column.column_name for column in self.columns() if place in (column.column_name, column.attribute)]
        return next((name for name in matches if name in self._present), matches[0] if matches else "")


def _split_ragged(table: Table) -> tuple[list[Record], list[Refusal]]:
    """Set rows with too many or too few cells apart; only they are refused. (Oro's words.)"""
    expected = len(table.headers)
    good = [record for record in table.records if len(record.cells) == expected]
    bad = [
        Refusal(
            record.line,
            "",
            "",
            _("Expecting to get %(expected)d columns, actually got %(actual)d.")
            % {"expected": expected, "actual": len(record.cells)},
        )
        for record in table.records
        if len(record.cells) != expected
    ]
    return good, bad


def _refuse_doubled(headers: Iterable[str], matched: list[str | None]) -> None:
    """Refuse two headers that mean the same column."""
    seen: dict[str, str] = {}
    for header, name in zip(headers, matched, strict=True):
        if name and name in seen:
            raise ValidationError(
                _("The columns “%(one)s” and “%(other)s” mean the same: keep one of them.")
                % {"one": seen[name], "other": header}
            )
        if name:
            seen[name] = header


def _row(headers: list[str | None], record: Record) -> dict[str, Any]:
    cells = {name: cell.strip() for name, cell in zip(headers, record.cells, strict=True) if name}
    return cells | {LINE: record.line}
