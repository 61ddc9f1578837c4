"""Puts former values back: of a field, of a whole change, of a deleted record with what went along with it.

Writing is a new change like any other; the ledger itself stays as it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.changes.erasing import is_erased
from foundation.changes.history.entries import FieldChange, current_rows
from foundation.changes.history.values import Names, fields_by_column, label, python_value, readable, want_names
from foundation.changes.models import Change, Source
from foundation.changes.recording import current_recording, recording
from foundation.changes.refusals import refusals
from foundation.changes.tracking import options_of, parent_field, tracked_models
from foundation.changes.triggers import BOOKKEEPING

Save = Callable[[models.Model], None]


ERASED = gettext_lazy("Personal data of this record was erased on request: what it held before does not come back.")


class RestoreError(Exception):
    """Nothing can be put back; the text is a sentence for the person."""


@contextlib.contextmanager
def undoing(reason: str) -> Iterator[None]:
    """Write as an undo: within a recorded request as a set of its own."""
    if running := current_recording():
        running.describe(source=Source.UNDO, reason=reason)
        with transaction.atomic():
            yield
        return
    with recording(source=Source.UNDO, reason=reason):
        yield


# --- former values of a record that is there ------------------------------------------------------------------------


@dataclass
class ValuePlan:
    """What putting back would do to a record."""

    record: models.Model
    values: dict[str, Any] = field(default_factory=dict)  # by name of field
    shown: list[FieldChange] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def apply(self, save: Save | None = None) -> None:
        """Set the values, check the record as a form would, save it."""
        for name, value in self.values.items():
            setattr(self.record, self.record._meta.get_field(name).attname, value)  # type: ignore[union-attr]
        save_checked(self.record, save)


def plan_values(
    change: Change, record: models.Model, *, may_set: Callable[[str, Any], str], only: str = "", request: HttpRequest
) -> ValuePlan:
    """Compare the values before `change` with the record as it stands.

    `may_set(name, value)` returns why the person may not set this field to this value, or nothing.
    """
    model = type(record)
    if is_erased(change.table, change.key):
        return ValuePlan(record, refused=[str(ERASED)])
    plan, names, secret = ValuePlan(record), Names(request), options_of(model).secret
    now = current_rows([(change.table, change.key)]).get((change.table, change.key), {})
    fields, drafts = fields_by_column(model), []
    for column, former in (change.before or {}).items():
        known = fields.get(column)
        if known is None or (only and known.name != only) or now.get(column) == former:
            continue
        value = python_value(known, former)
        if refusal := _("its value is not kept") if known.name in secret else may_set(known.name, value):
            plan.refused.append(f"{label(known)}: {refusal}")
            continue
        plan.values[known.name] = value
        drafts.append((known, now.get(column), former))
        want_names(names, known, now.get(column))
        want_names(names, known, former)
    plan.shown = [FieldChange(f.name, label(f), readable(names, f, a), readable(names, f, b)) for f, a, b in drafts]
    return plan


# --- a record that was deleted --------------------------------------------------------------------------------------


@dataclass
class ReturnPlan:
    """A deleted record, and the deleted records of the same set that it needs or that belong to it, in that order."""

    asked: Change
    deletions: list[Change] = field(default_factory=list)
    links: list[tuple[Change, models.Field[Any, Any]]] = field(default_factory=list)

    def kinds(self) -> list[type[models.Model]]:
        """Models of which records come back."""
        return [tracked_models()[table] for table in dict.fromkeys(change.table for change in self.deletions)]

    def names(self) -> list[str]:
        """What comes back, for people."""
        known, names = tracked_models(), Names()
        for change in self.deletions:
            names.remember(known[change.table], change.key, change.before or {})
        return [_named(known[change.table], names, change.key) for change in self.deletions]

    def apply(self, save: Save | None = None) -> models.Model:
        """Make the records again under their own keys, then the links to them that were cleared."""
        made = {change.pk: save_checked(record_of(change), save, force_insert=True) for change in self.deletions}
        for change, known in self.links:
            model = tracked_models()[change.table]
            row = model._base_manager.filter(pk=change.key, **{f"{known.name}__isnull": True}).first()
            if row is not None:
                setattr(row, known.attname, python_value(known, (change.before or {})[str(known.column)]))
                save_checked(row, save)
        return made[self.asked.pk]


def plan_return(change: Change) -> ReturnPlan:
    """Collect what has to come back with a deleted record; refuse if its key is taken again."""
    if change.table not in tracked_models() or change.operation != Change.Operation.DELETE:
        raise RestoreError(_("This record cannot be restored: there are no such records any more."))
    if current_rows([(change.table, change.key)]):
        raise RestoreError(_("This record is there already."))
    if is_erased(change.table, change.key):
        raise RestoreError(str(ERASED))
    plan = ReturnPlan(change)
    same_set = list(Change.objects.filter(set=change.set).exclude(operation=Change.Operation.INSERT).order_by("pk"))
    _collect(change, {(c.table, c.key): c for c in same_set if c.operation == Change.Operation.DELETE}, plan)
    returning = {(deletion.table, deletion.key) for deletion in plan.deletions}
    updates = [c for c in same_set if c.operation == Change.Operation.UPDATE]
    plan.links = [(update, known) for update in updates for known in _links(update, returning)]
    return plan


def _collect(change: Change, deleted: dict[tuple[str, int], Change], plan: ReturnPlan) -> None:
    """Targets of its keys first, then itself, then its children."""
    if change in plan.deletions or deleted.pop((change.table, change.key), None) is None:
        return
    model = tracked_models()[change.table]
    for known in model._meta.local_concrete_fields:
        if isinstance(known, models.ForeignKey):
            target = (known.related_model._meta.db_table, (change.before or {}).get(str(known.column)))
            if target in deleted:
                _collect(deleted[target], deleted, plan)
    plan.deletions.append(change)
    for other in [c for c in deleted.values() if c.parent == change.key]:
        parent = parent_field(tracked_models()[other.table]) if other.table in tracked_models() else None
        if parent is not None and parent.related_model is model:
            _collect(other, deleted, plan)


def _links(update: Change, returning: set[tuple[str, int]]) -> Iterator[models.Field[Any, Any]]:
    """Keys that the deletion cleared in records that stayed."""
    model = tracked_models().get(update.table)
    for known in model._meta.local_concrete_fields if model else ():
        key = (update.before or {}).get(str(known.column))
        if isinstance(known, models.ForeignKey) and (known.related_model._meta.db_table, key) in returning:
            yield known


def record_of(change: Change) -> models.Model:
    """Make the record that a deletion took away; it is not saved."""
    model, before = tracked_models()[change.table], change.before or {}
    values = {
        known.attname: python_value(known, before[column])
        for column, known in fields_by_column(model).items()
        if column in before and column not in BOOKKEEPING
    }
    return model(**values)


def save_checked(record: Any, save: Save | None = None, *, force_insert: bool = False) -> Any:
    """Check a record as a form would and save it; what the database refuses becomes a sentence."""
    with refusals():
        # the key is ours to give again: that it is free was looked up
        record.full_clean(exclude=[record._meta.pk.name] if force_insert else None)
        if save is not None and not force_insert:
            save(record)
        else:
            record.save(force_insert=force_insert)
    return record


def _named(model: type[models.Model], names: Names, key: Any) -> str:
    return _("%(kind)s “%(name)s”") % {"kind": model._meta.verbose_name, "name": names.name(model, key)}


def sentences(error: ValidationError, record: models.Model | None = None) -> list[str]:
    """What stands in the way, field by field."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        text if name == NON_FIELD_ERRORS or record is None else f"{label(record._meta.get_field(name))}: {text}"  # type: ignore[arg-type]
        for name, texts in error.message_dict.items()
        for text in texts
    ]
