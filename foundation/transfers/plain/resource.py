"""The plain way of a file into the database: row by row, by django-import-export.

Kept simple on purpose: the set-based engine is measured against it and must leave the same tables and refusals. It
reads the same declaration (identities, tree, links); what the engine asks of rules, the model's `clean()` says here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from import_export import resources
from import_export.results import RowResult
from tablib import Dataset

from foundation.changes.refusals import refusals
from foundation.transfers.columns import VERSION, Column, LinkedColumn, changed_since
from foundation.transfers.declaration import Declared
from foundation.transfers.options import CLEAR, Blank, Options
from foundation.transfers.plain.headers import match_headers
from foundation.transfers.plain.links import PlainLinks
from foundation.transfers.plain.plan import LINE, Plan
from foundation.transfers.plain.rules import FlagsBefore, ask, collected, field_values
from foundation.transfers.plain.scoped import ScopedNames
from foundation.transfers.plain.tables import Record, Table
from foundation.transfers.reading.records import ragged
from foundation.transfers.reports import ImportReport, Refusal

if TYPE_CHECKING:
    pass

__all__ = ["PlainResource"]


class PlainResource(Declared, PlainLinks, resources.ModelResource):
    """A resource whose bad rows are refused one by one, with line, column, value and reason, and leave no trace."""

    class Meta:
        abstract = True
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        skip_html_diff = True

    options: Options
    plan: Plan

    def import_table(self, table: Table, options: Options) -> ImportReport:
        """Import all good rows in one transaction and report the others; a dry run is undone at its end."""
        self.options = options = self.taken_by(options)
        headers, ignored = match_headers(self.columns(), table.headers)
        self._present = [name for name in headers if name]
        report = ImportReport(read=len(table.records), dry_run=options.dry_run, ignored_columns=ignored)
        good, report.refusals = _split_ragged(table)
        rows = self.rewritten([_row(headers, record) for record in good])
        with transaction.atomic():
            self.plan = Plan(self, rows, self.get_import_fields())
            self.flags = FlagsBefore(self, self.plan.targets.values())
            self.scoped = ScopedNames(self)
            report.refusals += self.plan.refusals
            report.refusals += self._wrong_cells([row for row in rows if row[LINE] in self.plan.astray])
            self._run([row for row in self.plan.in_order() if not self.plan.deletes(row)], report)
            self._run_deleting([row for row in self.plan.in_order() if self.plan.deletes(row)], report)
            report.created = options.created
            if report.added + report.replaced + report.deleted:
                self.finish(options)
            transaction.set_rollback(options.dry_run)
        report.refusals.sort(key=lambda refusal: refusal.line)
        return report

    def rewritten(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make the cells that are made of others; columns the file lacks join those it has."""
        for one in (one for one in self.rewrites if set(one.needs) & set(self._present)):
            self._present += [name for name in one.writes if name not in self._present]
            for row in rows:
                given = {name: row.get(name) or "" for name in one.reads}
                is_asked = any(row.get(name) for name in one.needs)
                made = one.compute(given) if is_asked else {name: row.get(name) or "" for name in one.writes}
                row.update(made)
        return rows

    def _wrong_cells(self, rows: list[dict[str, Any]]) -> list[Refusal]:
        """Cells that mean nothing, in rows of which nobody knows what record they mean."""
        found = []
        for row in rows:
            said: set[str] = set()
            for column in self.get_import_fields():
                cell = row[column.column_name]
                if column.attribute in said:
                    continue
                if cell and column.attribute:
                    said.add(column.attribute)
                for message in self._cell_problems(column, row[LINE], cell) if cell and cell != CLEAR else ():
                    found.append(Refusal(row[LINE], column.column_name, cell, message))
        return found

    def _cell_problems(self, column: Column, line: int, cell: str) -> list[str]:
        try:
            with transaction.atomic():
                if column.column_name == self.deleting:
                    column.widget.clean(cell)
                elif column.attribute and column.attribute == self.tree:
                    self.plan.raise_unless_found(line)
                elif isinstance(column, LinkedColumn) and column.scope:
                    column.widget.clean(cell)  # what the names mean depends on the record
                elif isinstance(column, LinkedColumn):
                    self._linked(column, self._meta.model(), {column.column_name: cell})
                elif not column.readonly:
                    self._read_cell(column, cell)
                transaction.set_rollback(True)
        except ValidationError as error:
            return list(error.messages)
        except ValueError as error:
            return [str(error)]
        return []

    def _read_cell(self, column: Column, cell: str) -> None:
        value = column.clean({column.column_name: cell}, options=self.options)
        if not isinstance(value, models.Model):
            self._meta.model._meta.get_field(str(column.attribute)).clean(value, None)

    def get_import_fields(self) -> list[Column]:
        """Only the columns that the file has."""
        present = set(self._present)
        return [column for column in self.columns() if column.column_name in present]

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> models.Model | None:
        """Return the record the row was found to mean; None makes a new one."""
        target = self.plan.targets.get(row[LINE])
        return None if target is None else self._meta.model._default_manager.get(pk=target)

    def after_init_instance(self, instance: models.Model, new: bool, row: dict[str, Any], **kwargs: Any) -> None:
        """A new record begins with what the importing person gives it."""
        if new:
            for name, value in self.new_values(self.options).items():
                setattr(instance, name, value)

    def import_instance(self, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> None:
        """Fill the record from the row; what a cell cannot mean is reported under the column, all cells at once."""
        errors: dict[str, Any] = {}
        done: set[str] = set()
        former = field_values(instance)
        for column in self.get_import_fields():
            if column.readonly or column.attribute in done:
                continue
            try:
                if self._fill(column, instance, row, **kwargs):
                    done.add(str(column.attribute))
            except (ValueError, ValidationError) as error:
                messages = error.messages if isinstance(error, ValidationError) else [str(error)]
                errors.setdefault(column.attribute or column.column_name, messages)
                self.blame[column.attribute or column.column_name] = column.column_name
        errors |= self._lacking(instance, row, set(errors))
        for rule in self.rules:
            if rule.beyond_model and not set(rule.reads) & set(errors):
                errors |= ask(rule, instance, former)
        if errors:
            raise ValidationError(errors)

    def _lacking(self, instance: models.Model, row: dict[str, Any], wrong: set[str]) -> dict[str, list[str]]:
        """What a new record must have from the file, and none may lose."""
        found = {}
        for name, sentence in self.required.items():
            cells = [row[c.column_name] for c in self.get_import_fields() if c.attribute == name]
            clears = bool(cells) and self.options.blank == Blank.CLEAR
            is_missing = not any(cells) and (instance._state.adding or clears)
            if name not in wrong and (is_missing or CLEAR in cells):
                found[name] = [str(sentence)]
        return found

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """As `full_clean()`, but what is wrong in itself is not judged together with other values as well."""
        errors = dict(import_validation_errors or {})
        with collected(errors):
            instance.clean_fields(exclude=set(errors))
        together: dict[str, Any] = {}
        with collected(together):
            instance.clean()
        for rule in self.rules:
            if set(rule.reads) & set(errors):
                together = {n: said for n, said in together.items() if n not in (*rule.reads, *rule.writes)}
        errors |= {name: [*errors.get(name, []), *said] for name, said in together.items()}
        with collected(errors):
            instance.validate_unique(exclude=set(errors))
        with collected(errors):
            instance.validate_constraints(exclude=set(errors))
        if errors:
            raise ValidationError(errors)
        self._refuse_older(instance)

    def _refuse_older(self, instance: models.Model) -> None:
        """Refuse a change to a record that is not the one the file was written from."""
        if not instance._state.adding and self._version and self._version.lstrip("0") != str(instance.version):  # type: ignore[attr-defined]
            said = changed_since() % {"version": instance.version}  # type: ignore[attr-defined]
            raise ValidationError({VERSION.column_name: [said]})

    def _fill(self, column: Column, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> bool:
        """Take one cell over; return whether it said anything."""
        cell = row[column.column_name]
        if column.column_name == self.deleting:
            column.widget.clean(cell)
        elif self.flags.leaves(column, cell):
            return False
        elif isinstance(column, LinkedColumn):
            self.links[column] = self._linked(column, instance, row)
        elif cell == CLEAR or (not cell and self._clears(column, row)):
            setattr(instance, str(column.attribute), _emptied(self._meta.model, str(column.attribute)))
            self.flags.note(column)
        elif cell and column.attribute == self.tree:
            instance.parent = self.plan.parent_of(row[LINE], column, cell)  # type: ignore[attr-defined]
        elif cell:
            self.import_field(column, instance, row, **kwargs)
            self.flags.note(column)
        return bool(cell)

    def _clears(self, column: Column, row: dict[str, Any]) -> bool:
        """Whether a blank cell takes the value away: never while another column fills the same field."""
        same = [c.column_name for c in self.get_import_fields() if c.attribute == column.attribute]
        return self.options.blank == Blank.CLEAR and not any(row[name] for name in same)

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> RowResult:
        """Import one row; a refused one leaves nothing behind, not even what was made on its way."""
        created = dict(self.options.created)
        self.links: dict[LinkedColumn, list[int]] = {}
        self.blame: dict[str, str] = {}
        self.flags.said = set()
        self._version = str(row.get(VERSION.column_name) or "").replace(CLEAR, "")
        with transaction.atomic():
            if self.plan.is_left(row[LINE]):
                result = self.get_row_result_class()()
                result.import_type = RowResult.IMPORT_TYPE_SKIP
                return result
            result = super().import_row(row, instance_loader, **kwargs)
            if result.errors or result.validation_error or result.import_type == RowResult.IMPORT_TYPE_SKIP:
                transaction.set_rollback(True)
                self.options.created = created
        if result.import_type == RowResult.IMPORT_TYPE_UPDATE and self.plan.deletes(row):
            result.import_type = RowResult.IMPORT_TYPE_DELETE
        elif result.import_type == RowResult.IMPORT_TYPE_UPDATE and self._is_regained:
            result.import_type = RowResult.IMPORT_TYPE_SKIP
        self.options.on_row(kwargs["row_number"], self._total)
        return result

    def skip_row(self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        """Nothing to write: the values are the same, or the strategy leaves such rows alone."""
        if original is not None and import_validation_errors:
            return False
        self._is_regained = False
        adds = instance._state.adding or self.plan.deletes(row)
        if adds or any(ids != self._present_links(column, instance) for column, ids in self.links.items()):
            return False
        names = [f.attname for f in instance._meta.concrete_fields]
        changed = {name for name in names if getattr(instance, name) != getattr(original, name)}
        if self.flags.changed(instance):
            return False
        self._is_regained = bool(changed) and changed <= self.flags.said
        return not changed

    def save_instance(self, instance: models.Model, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Save; a rule only the database can check comes back as its sentence."""
        with refusals():
            if self.plan.deletes(row):
                self._meta.model._base_manager.get(pk=instance.pk).delete()
                return
            super().save_instance(instance, is_create, row, **kwargs)
            for column, ids in self.links.items():
                self._set_links(column, instance, ids)
        self.plan.note_saved(row[LINE], instance)

    # --- headers and reports ----------------------------------------------------------------------------------------

    def _run(self, rows: list[dict[str, Any]], report: ImportReport) -> None:
        self._total = len(rows)
        dataset = Dataset(headers=[*self._present, LINE])
        dataset.extend([[row.get(name) for name in dataset.headers] for row in rows])
        result = self.import_data(dataset, use_transactions=True, raise_errors=False, options=self.options)
        if result.base_errors:
            raise result.base_errors[0].error
        for row, row_result in zip(rows, result.rows, strict=True):
            self._count(row, row_result, report)

    def _run_deleting(self, rows: list[dict[str, Any]], report: ImportReport) -> None:
        """Delete, again and again what could not go as long as others stood in its way that have gone now."""
        while rows:
            attempt = ImportReport()
            self._run(rows, attempt)
            waiting = [row for row in rows if row[LINE] in {refusal.line for refusal in attempt.refusals}]
            report.deleted += attempt.deleted
            report.unchanged += attempt.unchanged
            if len(waiting) in (0, len(rows)):
                report.refusals += attempt.refusals
                return
            rows = waiting

    def _count(self, row: dict[str, Any], result: RowResult, report: ImportReport) -> None:
        if result.errors:  # not the file's fault but ours: the whole import is called off
            raise result.errors[0].error
        if result.validation_error:
            report.refusals += self._refusals(row, result.validation_error)
        elif result.import_type == RowResult.IMPORT_TYPE_NEW:
            report.added += 1
        elif result.import_type == RowResult.IMPORT_TYPE_SKIP:
            report.unchanged += 1
        elif result.import_type == RowResult.IMPORT_TYPE_DELETE:
            report.deleted += 1
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


def _emptied(model: type[models.Model], name: str) -> Any:
    """What a field holds when its value was taken away."""
    known = model._meta.get_field(name)
    if known.null:
        return None
    if known.empty_strings_allowed and (known.blank or not known.has_default()):  # type: ignore[union-attr]
        return ""
    return known.get_default()  # type: ignore[union-attr]


def _split_ragged(table: Table) -> tuple[list[Record], list[Refusal]]:
    """Set rows with too many or too few cells apart; only they are refused."""
    said = {record.line: ragged(record, len(table.headers)) for record in table.records}
    good = [record for record in table.records if not said[record.line]]
    bad = [Refusal(line, "", "", sentence) for line, sentence in said.items() if sentence]
    return good, bad


def _row(headers: list[str | None], record: Record) -> dict[str, Any]:
    cells = {name: cell.strip() for name, cell in zip(headers, record.cells, strict=True) if name}
    return cells | {LINE: record.line}
