"""Pages of a plan for people: what would happen, what is left and why; a constant number of queries per page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.changes.history.entries import FieldChange, Object, Row, current_rows, deleted_rows
from foundation.changes.history.values import Names, label, readable, want_names
from foundation.changes.models import ChangeSet, ExactDecoder
from foundation.changes.tracking import options_of, tracked_models
from foundation.transfers.undo.facts import Table

if TYPE_CHECKING:
    from foundation.transfers.undo.plan import UndoPlan

_LEFT = """
SELECT "table", key, name, columns, kind, action, set_id, other, other_key, others, detail FROM $left
WHERE %s IN ('', "table") ORDER BY n LIMIT %s OFFSET %s
"""
_SAMPLE = """
SELECT "table", key, name, action, former::text FROM $rows
WHERE NOT is_left AND %s IN ('', "table") ORDER BY n LIMIT %s OFFSET %s
"""


@dataclass(frozen=True)
class LeftRow:
    """A record that stays, or stays in some fields, and why."""

    model: type[models.Model] | None
    table: str
    key: int
    name: str
    fields: list[str]  # as the form calls them
    reason: str
    action: str  # what is not done: delete, restore, return
    change_set: ChangeSet | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the whole record is left, not only those fields."""
        return self.action != "restore" or not self.fields


@dataclass(frozen=True)
class PlannedRow:
    """A record that an undo would delete, restore or bring back; `fields` says from what to what."""

    model: type[models.Model]
    table: str
    key: int
    name: str
    action: str  # delete, restore, return
    fields: list[FieldChange]


@dataclass(frozen=True)
class Page:
    """Which lines to show, to whom."""

    number: int
    size: int
    table: str
    request: HttpRequest | None

    @property
    def parameters(self) -> list[Any]:
        """For a query that ends with table, limit and offset."""
        return [self.table, self.size, (self.number - 1) * self.size]


def left(plan: UndoPlan, page: Page) -> Sequence[LeftRow]:
    """One page of what is left."""
    found = [_Said(*row) for row in plan.fetch(_LEFT, page.parameters)]
    sets = ChangeSet.objects.select_related("actor").in_bulk({said.set_id for said in found if said.set_id})
    names = Names(page.request)
    for said in found:
        for model, key in ((said.model, said.key), (tracked_or_any(said.other), said.other_key)):
            if model is not None:
                names.want(model, key)
    remember_deleted(names, [(said.table, said.key) for said in found])
    return [said.readable(names, sets.get(said.set_id)) for said in found]


def sample(plan: UndoPlan, page: Page) -> Sequence[PlannedRow]:
    """One page of what would happen."""
    rows = plan.fetch(_SAMPLE, page.parameters)
    now = current_rows([(name, key) for name, key, *_rest in rows])
    names = Names(page.request)
    drafts = [_Planned(*row, now=now.get((row[0], row[1]), {})) for row in rows]
    for draft in drafts:
        draft.ask(names)
    remember_deleted(names, [(table, key) for table, key, _name, action, _former in rows if action == "return"])
    return [draft.readable(names) for draft in drafts]


def remember_deleted(names: Names, objects: list[Object]) -> None:
    """Tell what records that are gone, and those gone ones that they point to, held when they were deleted."""
    former = deleted_rows(objects)
    targets = [target for (table, _key), row in former.items() for target in _targets(table, row)]
    for (table, key), row in (deleted_rows(set(targets) - set(former)) | former).items():
        names.remember(tracked_models()[table], key, row)


def _targets(table: str, row: Row) -> Iterator[Object]:
    for link in Table(tracked_models()[table]).links:
        if link.is_number and link.target in tracked_models() and row.get(link.column) is not None:
            yield link.target, int(row[link.column])


def tracked_or_any(table: str | None) -> type[models.Model] | None:
    """Model of a table."""
    every = (m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table and not m._meta.proxy)
    return next(every, None) if table else None


class _Planned:
    """A row of the plan on its way to people."""

    def __init__(
        self, table: str, key: int, name: str, action: str, former: str | None, *, now: dict[str, Any]
    ) -> None:
        self.facts, self.key, self.name, self.action = Table(tracked_models()[table]), key, name, action
        self.model, self.now = self.facts.model, now
        values = ExactDecoder().decode(former) if former else {}
        secret = options_of(self.model).secret
        known = [(self.facts.fields[c], v) for c, v in values.items() if c in self.facts.fields and action == "restore"]
        self.values = [(field, value) for field, value in known if field.name not in secret]

    def ask(self, names: Names) -> None:
        """Ask for every name that will be shown."""
        names.want(self.model, self.key)
        for field, value in self.values:
            want_names(names, field, value)
            want_names(names, field, self.now.get(str(field.column)))

    def readable(self, names: Names) -> PlannedRow:
        """Make the line, once all names are asked for."""
        changes = [
            FieldChange(f.name, label(f), readable(names, f, self.now.get(str(f.column))), readable(names, f, value))
            for f, value in self.values
        ]
        return PlannedRow(
            self.model, self.facts.name, self.key, _name(names, self.model, self.key, self.name), self.action, changes
        )


@dataclass(frozen=True)
class _Said:
    """A line of the table of what is left."""

    table: str
    key: int
    name: str
    columns: list[str]
    kind: str
    action: str
    set_id: int | None
    other: str | None
    other_key: int | None
    others: int | None
    detail: str

    @property
    def model(self) -> type[models.Model] | None:
        """What kind of record it is."""
        return tracked_models().get(self.table)

    def readable(self, names: Names, change_set: ChangeSet | None) -> LeftRow:
        """Make the line, once all names are asked for."""
        model = self.model
        fields = Table(model).fields if model else {}
        labels = [label(fields[column]) if column in fields else column for column in self.columns]
        name = _name(names, model, self.key, self.name) if model else f"#{self.key}"
        reason = self._reason(names, change_set, ", ".join(labels))
        return LeftRow(model, self.table, self.key, name, labels, reason, self.action, change_set)

    def _reason(self, names: Names, change_set: ChangeSet | None, fields: str) -> str:
        values = {"by": _by(change_set), "fields": fields, "detail": self.detail, "other": self._other(names)}
        return _sentences()[self.kind] % values

    def _other(self, names: Names) -> str:
        model = tracked_or_any(self.other)
        if model is None:
            return ""
        values = {"kind": model._meta.verbose_name, "name": _name(names, model, self.other_key, "")}
        text = _("%(kind)s “%(name)s”") % values
        if self.others and self.others > 1:
            return _("%(first)s and %(count)d more") % {"first": text, "count": self.others - 1}
        return text


def _sentences() -> dict[str, str]:
    return {
        "changed": _("Changed since by %(by)s."),
        "deleted": _("Deleted since by %(by)s."),
        "moved": _("Changed by somebody else while the undo was being prepared. Prepare it again."),
        "referred": _("Needed since by %(other)s, which this run did not make. Delete or change that first."),
        "dangling": _("What stood in %(fields)s is not there any more."),
        "taken": _("%(fields)s: the former value belongs to %(other)s now."),
        "key": _("Another record has its number now."),
        "erased": _("Personal data of this record was erased on request."),
        "secret": _("%(fields)s: the former value is a secret, which is not kept."),
        "refused": "%(detail)s",
        "unknown": _("There are no such records any more."),
    }


def _by(change_set: ChangeSet | None) -> str:
    """Names the later set, and says what to do where that can be undone as a whole."""
    if change_set is None:
        return _("somebody")
    values = {"set": change_set, "what": change_set.reason or change_set.get_source_display(), "who": change_set.who}
    if change_set.job_id is not None:
        return _("“%(what)s” (change set %(set)s), undo that first") % values
    return _("%(who)s (change set %(set)s)") % values


def _name(names: Names, model: type[models.Model], key: Any, kept: str) -> str:
    name = names.name(model, key)
    return kept if kept and name == f"#{key}" else name
