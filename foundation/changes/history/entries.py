"""Describes changes: old → new of each field, though the ledger keeps only what was before (see `Change`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models
from django.db.models import F
from django.http import HttpRequest
from django.utils.text import capfirst

from foundation.changes.history.values import Names, fields_by_column, label, readable, want_names
from foundation.changes.models import Change, ChangeSet, ExactDecoder
from foundation.changes.tracking import options_of, parent_field, tracked_models
from foundation.changes.triggers import BOOKKEEPING

Object = tuple[str, int]  # table, key
Row = dict[str, Any]  # column: value

# Of each change given, the first later value of every column: what the column held right after the change.
_LATER = """
SELECT DISTINCT ON (c.id, e.key) c."table", c.key, e.key, e.value
FROM changes_change c
JOIN changes_change n ON n.key = c.key AND n."table" = c."table" AND n.id > c.id
CROSS JOIN LATERAL jsonb_each(n.before) e
WHERE c.id = ANY(%s)
ORDER BY c.id, e.key, n.id
"""
_DELETED = """
SELECT DISTINCT ON (c."table", c.key) c."table", c.key, c.before
FROM unnest(%s::text[], %s::bigint[]) w("table", key)
JOIN changes_change c ON c.key = w.key AND c."table" = w."table" AND c.operation = 'delete'
ORDER BY c."table", c.key, c.id DESC
"""


@dataclass(frozen=True)
class FieldChange:
    """One field of a change, readable."""

    name: str
    label: str
    old: Any
    new: Any
    is_secret: bool = False


@dataclass
class Entry:
    """One change of one record, readable."""

    change: Change
    model: type[models.Model] | None
    kind: str
    name: str
    is_there: bool = False
    fields: list[FieldChange] = field(default_factory=list)
    restore_url: str = ""  # set by the page, where something can be put back


@dataclass
class SetEntries:
    """Changes that belong to one set."""

    set: ChangeSet
    entries: list[Entry]


def newest_first(changes: models.QuerySet[Change]) -> models.QuerySet[Change]:
    """Order for a page. By an expression, so that the planner never walks the primary key for a record's few rows."""
    return changes.select_related("set__actor").order_by(-F("pk"))


def by_set(entries: Iterable[Entry]) -> list[SetEntries]:
    """Group entries that follow each other and belong to one set."""
    groups: list[SetEntries] = []
    for entry in entries:
        if not groups or groups[-1].set != entry.change.set:
            groups.append(SetEntries(entry.change.set, []))
        groups[-1].entries.append(entry)
    return groups


def describe(changes: Sequence[Change], request: HttpRequest | None = None) -> list[Entry]:
    """Describe changes, which come newest first; the number of queries does not depend on how many there are."""
    drafts = _with_both_sides(changes)
    names = Names(request)
    for draft in drafts:
        draft.ask(names)
    return [draft.entry(names) for draft in drafts]


class _Draft:
    """A change with the columns before and after it, and the whole row as far as it is known."""

    def __init__(self, change: Change, before: Row, after: Row, row: Row) -> None:
        self.change, self.before, self.after, self.row = change, before, after, row
        self.model = tracked_models().get(change.table)
        self.fields = fields_by_column(self.model) if self.model else {}
        self.secret, self.obvious = _quiet_fields(self.model) if self.model else (set(), set())

    @property
    def columns(self) -> list[str]:
        """Columns to show: what an update changed; of a whole row what says something."""
        if self.change.operation == Change.Operation.UPDATE:
            return list(self.before)
        row = self.before or self.after
        return [column for column, value in row.items() if self._says_something(column, value)]

    def _says_something(self, column: str, value: Any) -> bool:
        known = self.fields.get(column)
        if known is None or known.primary_key or known.name in self.obvious:
            return False
        return value not in (None, "", [], {}, False) and not (known.has_default() and value == known.get_default())

    def ask(self, names: Names) -> None:
        """Ask for every name that the entry will show."""
        if self.model:
            names.want(self.model, self.change.key)
            names.remember(self.model, self.change.key, self.row)
        for column in self.columns:
            if known := self.fields.get(column):
                want_names(names, known, self.before.get(column))
                want_names(names, known, self.after.get(column))

    def entry(self, names: Names) -> Entry:
        """Make the entry, once all names are asked for."""
        kind = capfirst(str(self.model._meta.verbose_name)) if self.model else self.change.table
        fields = [self._field(names, column) for column in self.columns]
        there = self.model is not None and names.record(self.model, self.change.key) is not None
        return Entry(self.change, self.model, kind, self._name(names), there, fields)

    def _field(self, names: Names, column: str) -> FieldChange:
        known = self.fields.get(column)
        old, new = self.before.get(column), self.after.get(column)
        if known is None:
            return FieldChange(column, column, old, new)
        if known.name in self.secret:
            return FieldChange(known.name, label(known), None, None, is_secret=True)
        return FieldChange(known.name, label(known), readable(names, known, old), readable(names, known, new))

    def _name(self, names: Names) -> str:
        if self.model is None:
            return f"#{self.change.key}"
        names.remember(self.model, self.change.key, self.row)  # what it was called then, not in another entry
        return names.name(self.model, self.change.key)


def _quiet_fields(model: type[models.Model]) -> tuple[set[str], set[str]]:
    """Names of secret fields, and of those that say nothing when a whole row is shown."""
    options, parent = options_of(model), parent_field(model)
    generated = {known.name for known in model._meta.local_concrete_fields if known.generated}
    names = {*BOOKKEEPING, "created_at", *options.exclude, *options.secret, *generated}
    return set(options.secret), names | ({parent.name} if parent else set())


def _with_both_sides(changes: Sequence[Change]) -> list[_Draft]:
    """Go back in time from what each record holds after its newest change here."""
    states = _states_after(changes)
    drafts = []
    for change in changes:
        key = (change.table, change.key)
        before, after = dict(change.before or {}), states.get(key, {})
        if change.operation == Change.Operation.UPDATE:
            drafts.append(_Draft(change, before, {column: after.get(column) for column in before}, after))
            states[key] = {**after, **before}
        elif change.operation == Change.Operation.DELETE:
            drafts.append(_Draft(change, before, {}, before))
            states[key] = before
        else:
            drafts.append(_Draft(change, {}, after, after))
            states[key] = {}
    return drafts


def _states_after(changes: Sequence[Change]) -> dict[Object, Row]:
    newest: dict[Object, int] = {}
    for change in changes:
        newest.setdefault((change.table, change.key), change.pk)
    states = current_rows(newest)
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [list(newest.values())])
        for table, key, column, value in cursor.fetchall():
            states.setdefault((table, key), {})[column] = _loaded(value)
    return states


def current_rows(objects: Iterable[Object]) -> dict[Object, Row]:
    """Return the rows as they stand, in the form the ledger keeps them; one statement for all tables."""
    keys: dict[str, list[int]] = {}
    for table, key in objects:
        keys.setdefault(table, []).append(key)
    known = {table: model for table, model in tracked_models().items() if table in keys}
    if not known:
        return {}
    quote = connection.ops.quote_name
    parts = [
        f"SELECT %s, {quote(str(model._meta.pk.column))}::bigint, to_jsonb(r) FROM {quote(table)} r "  # noqa: S608 -- our own names
        f"WHERE {quote(str(model._meta.pk.column))} = ANY(%s)"
        for table, model in known.items()
    ]
    parameters = [value for table in known for value in (table, keys[table])]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return {(table, key): _loaded(row) for table, key, row in cursor.fetchall()}


def deleted_rows(objects: Iterable[Object]) -> dict[Object, Row]:
    """What records that are gone held when they were deleted, as far as the ledger knows; one or two statements."""
    wanted = {(table, key) for table, key in objects if table in tracked_models()}
    wanted -= set(current_rows(wanted))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_DELETED, [[table for table, _key in wanted], [key for _table, key in wanted]])
        return {(table, key): _loaded(row) for table, key, row in cursor.fetchall()}


def _loaded(value: Any) -> Any:
    return json.loads(value, cls=ExactDecoder) if isinstance(value, str) else value
