"""The ledger as sources of a record's timeline: one entry for each set that changed the record or what belongs to it.

register_source("customers.customer", ledger_source("changes", _("Changes"), children=("addresses", "contacts")))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.changes.history.entries import Entry, FieldChange, describe, newest_first
from foundation.changes.history.records import children_of, may_see_child, record_changes
from foundation.changes.models import Change, ChangeSet, Source
from foundation.ui import timeline
from foundation.ui.links import may_view
from foundation.ui.markup import diff

TOLD = 3  # changes of a set that are told, and fields of a change; the rest is counted

Sets = Callable[[QuerySet[ChangeSet]], QuerySet[ChangeSet]]
Headlines = Callable[[HttpRequest, Sequence[ChangeSet]], dict[int, tuple[str, str]]]  # of a set: words, address


@dataclass(frozen=True)
class Ledger:
    """What of the ledger a source tells: `quiet` are tables whose new rows another source tells of."""

    children: Sequence[str]
    sets: Sets
    headlines: Headlines
    quiet: Sequence[str] = ()

    def entries(self, request: HttpRequest, record: models.Model, wanted: timeline.Wanted) -> list[timeline.Entry]:
        """The sets that are wanted, with their first changes."""
        changes = self._changes(request, record)
        rows = ChangeSet.objects.filter(pk__in=changes.order_by().values("set_id")).select_related("actor")
        sets = list(wanted.of(self.sets(rows), "started_at"))
        if not sets:
            return []
        told, headlines = _told(changes, sets, request), self.headlines(request, sets)
        own = (record._meta.db_table, record.pk)
        return [_entry(one, headlines.get(one.pk), told.get(one.pk), own) for one in sets]

    def _changes(self, request: HttpRequest, record: models.Model) -> QuerySet[Change]:
        """All changes of the record that this person may see; found out once for all sources of a page."""
        known = record.__dict__.setdefault("hub_ledger", {})
        key = (request.user.pk, tuple(self.children))
        if key not in known:
            children = children_of(type(record), self.children)
            seen = [child for child in children if may_see_child(child, request.user)]
            known[key] = record_changes(type(record), record.pk, seen)
        changes: QuerySet[Change] = known[key]
        return changes.exclude(table__in=self.quiet, operation=Change.Operation.INSERT) if self.quiet else changes


def ledger_source(
    kind: str, title: str | Promise, children: Sequence[str], quiet: Sequence[str] = ()
) -> timeline.Source:
    """What people and systems changed, imports left out: they are a kind of their own."""
    ledger = Ledger(children, lambda sets: sets.exclude(source=Source.IMPORT), _through, quiet)
    return timeline.Source(kind, title, ledger.entries, lambda request: True)


def _through(request: HttpRequest, sets: Sequence[ChangeSet]) -> dict[int, tuple[str, str]]:
    """Through what the sets came, or why; each leads to its page, for those who may look at the ledger."""
    may = may_view(request, ChangeSet)
    return {one.pk: (one.reason or _said(one), set_url(one) if may else "") for one in sets}


def _said(one: ChangeSet) -> str:
    through = _("Changed through %(source)s") % {"source": one.get_source_display()}
    return _("Changed by hand") if one.source == Source.FORM else through


def set_url(one: ChangeSet) -> str:
    """Page of a set of changes."""
    return reverse("admin:changes_changeset_change", args=[one.pk])


@dataclass
class _Told:
    """Changes of one set: the first ones described, and how many there are."""

    entries: list[Entry]
    total: int


def _told(changes: QuerySet[Change], sets: Sequence[ChangeSet], request: HttpRequest) -> dict[int, _Told]:
    ranked = changes.filter(set__in=sets).order_by()
    ranked = ranked.annotate(
        nth=Window(RowNumber(), partition_by=F("set"), order_by=F("pk").desc()),
        total=Window(Count("pk"), partition_by=F("set")),
    ).filter(nth__lte=TOLD)
    rows = list(newest_first(ranked))
    found: dict[int, _Told] = {}
    for change, entry in zip(rows, describe(rows, request), strict=True):
        found.setdefault(change.set_id, _Told([], change.total)).entries.append(entry)  # type: ignore[attr-defined]
    return found


def _entry(
    one: ChangeSet, headline: tuple[str, str] | None, told: _Told | None, own: tuple[str, int]
) -> timeline.Entry:
    words, url = headline or (_said(one), "")
    lines: list[str | SafeString] = []
    if told:
        lines = [_line(entry, own) for entry in told.entries]
        more = told.total - len(told.entries)
        if more:
            lines.append(ngettext("and %(count)d more change", "and %(count)d more changes", more) % {"count": more})
    return timeline.Entry(one.started_at, one.pk, one.who, words, url, lines)


def _line(entry: Entry, own: tuple[str, int]) -> SafeString:
    """One change: which record, what was done, and of an update the first fields."""
    done = str(entry.change.get_operation_display()).lower()
    is_own = (entry.change.table, entry.change.key) == own
    which = entry.kind if is_own else _("%(kind)s “%(name)s”") % {"kind": entry.kind, "name": entry.name}
    if entry.change.operation != Change.Operation.UPDATE:
        return format_html("{}: {}", which, done)
    fields = format_html_join("; ", "{}", ((_field(one),) for one in entry.fields[:TOLD]))
    more = len(entry.fields) - TOLD
    return format_html("{}: {}{}", which, fields, "; …" if more > 0 else "")


def _field(one: FieldChange) -> SafeString:
    if one.is_secret:
        return format_html("{} {}", one.label, _("changed"))
    return format_html("{} {}", one.label, diff(one.old, one.new))
