"""Activity about a record, newest first, from sources that apps register; filtered by kind and day, paged by cursor.

An app registers in `AppConfig.ready()`:

    register_source("customers.customer", Source("notes", _("Notes"), entries=notes_of, may_see=may_see_notes))

and the record's page draws them as one panel (`timeline_panel`). Each source is asked for no more than a page, with one
bound: what it gives is merged by moment. What two sources did at the same moment is ordered by source, then by key, so
that no entry is lost or shown twice between two pages.

A page opens without it: the panel is filled when it comes into view, without JavaScript by its link. Long histories
thus never slow down the page of which they are the last part.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.safestring import SafeString

ENTRIES = 10
PANEL = "timeline"  # the panel's slug, and the parameter that asks for it where no htmx does
NO_KEY, EVERY_KEY = -1, 2**63 - 1
KIND, FROM, TO, BEFORE = "timeline-kind", "timeline-from", "timeline-to", "timeline-before"

_sources: defaultdict[str, list[Source]] = defaultdict(list)


@dataclass(frozen=True)
class Entry:
    """Something that happened: `key` tells it from others of its source at the same moment."""

    at: dt.datetime
    key: int
    who: str
    what: str | SafeString
    url: str = ""
    lines: Sequence[str | SafeString] = ()


@dataclass(frozen=True)
class Wanted:
    """Which entries a source shall give: the newest `limit` below (`at`, `key`), none older than `since`."""

    limit: int
    at: dt.datetime | None = None
    key: int = NO_KEY
    since: dt.datetime | None = None

    def of(self, rows: QuerySet[Any], moment: str = "created_at") -> QuerySet[Any]:
        """Take these from rows that have a moment and a primary key."""
        if self.since is not None:
            rows = rows.filter(**{f"{moment}__gte": self.since})
        if self.at is not None:
            same = Q(**{moment: self.at, "pk__lt": self.key})
            rows = rows.filter(Q(**{f"{moment}__lt": self.at}) | same, **{f"{moment}__lte": self.at})
        return rows.order_by(f"-{moment}", "-pk")[: self.limit]


@dataclass(frozen=True)
class Source:
    """One kind of activity; who may not see it is neither shown its entries nor offered it as a filter."""

    kind: str
    title: str | Promise
    entries: Callable[[HttpRequest, Any, Wanted], Sequence[Entry]]
    may_see: Callable[[HttpRequest], bool]


class AlreadyRegisteredError(Exception):
    """Two sources of one page share a kind, which cursors and filters name."""


def register_source(page: str, source: Source) -> None:
    """Add a source to the records of a page, named `app.model`."""
    if any(other.kind == source.kind for other in _sources[page]):
        raise AlreadyRegisteredError(source.kind)
    _sources[page].append(source)


def unregister_source(page: str, kind: str) -> None:
    """Take a source away again (an installation that does without it, a test that ends)."""
    _sources[page] = [source for source in _sources[page] if source.kind != kind]


@dataclass(frozen=True)
class Cursor:
    """The entry after which a page begins."""

    at: dt.datetime
    kind: str
    key: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what `str` wrote; None for what it did not write."""
        try:
            moment, kind, key = text.rsplit("~", 2)
            at, number = parse_datetime(moment), int(key)
        except ValueError:
            return None
        known = at is not None and timezone.is_aware(at) and NO_KEY <= number <= EVERY_KEY
        return cls(at, kind, number) if known and at is not None else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.key}"


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    kinds: frozenset[str]
    first: dt.date | None
    last: dt.date | None
    before: Cursor | None

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read the address; what makes no sense there asks for nothing."""
        query = request.GET
        kinds, before = frozenset(query.getlist(KIND)), Cursor.read(query.get(BEFORE, ""))
        return cls(kinds, _day(query.get(FROM, "")), _day(query.get(TO, "")), before)

    @property
    def is_anything(self) -> bool:
        """Whether less than everything is asked for."""
        return bool(self.kinds or self.first or self.last or self.before)

    def wanted(self, order: int, cursor_order: int, limit: int) -> Wanted:
        """The bound for the source that stands at this place, seen from the cursor's source."""
        since = _midnight(self.first) if self.first else None
        until = _midnight(self.last + dt.timedelta(days=1)) if self.last else None
        at, key = until, NO_KEY
        if self.before and (until is None or self.before.at < until):
            at = self.before.at
            key = EVERY_KEY if order > cursor_order else NO_KEY if order < cursor_order else self.before.key
        return Wanted(limit, at, key, since)


@dataclass(frozen=True)
class Shown:
    """An entry with its source."""

    source: Source
    entry: Entry


def timeline(request: HttpRequest, page: str, record: Any) -> dict[str, Any] | None:
    """Context of `ui/timeline.html`; None where this person may see no source."""
    sources, asked = [source for source in _sources[page] if source.may_see(request)], Asked.of(request)
    if not sources:
        return None
    if not _is_asked_for(request, asked):
        return {"later": _address(request.GET, **{PANEL: "shown"})}
    found = _merged(request, record, sources, asked)
    query = request.GET.copy()
    query[PANEL] = "shown"  # a filter taken back shows all, not the link
    shown, more = found[:ENTRIES], len(found) > ENTRIES
    last = Cursor(shown[-1].entry.at, shown[-1].source.kind, shown[-1].entry.key) if more else None
    return {
        "shown": shown,
        "asked": asked,
        "is_filtered": asked.is_anything,
        "kinds": [(source.kind, source.title, source.kind in asked.kinds) for source in sources],
        "older": _address(request.GET, **{BEFORE: str(last)}) if last else "",
        "newest": _address(request.GET, **{PANEL: "shown"}) if asked.before else "",
        "kept": [(key, value) for key, values in query.lists() for value in values if key not in _OURS],
    }


_OURS = (KIND, FROM, TO, BEFORE)


def timeline_panel(page: str) -> Callable[[HttpRequest, Any], dict[str, Any] | None]:
    """The `context` of a panel that shows the activity of a page's records."""
    return lambda request, record: timeline(request, page, record)


def _merged(request: HttpRequest, record: Any, sources: Sequence[Source], asked: Asked) -> list[Shown]:
    """The heads of all sources, newest first; ties stay in the order of the sources."""
    kinds = [source.kind for source in sources]
    place = kinds.index(asked.before.kind) if asked.before and asked.before.kind in kinds else len(kinds)
    found = [
        Shown(source, entry)
        for order, source in enumerate(sources)
        if not asked.kinds or source.kind in asked.kinds
        for entry in source.entries(request, record, asked.wanted(order, place, ENTRIES + 1))
    ]
    return sorted(found, key=lambda one: one.entry.at, reverse=True)


def _is_asked_for(request: HttpRequest, asked: Asked) -> bool:
    """Whether to look at all: a page opens without it, htmx asks for the panel once it comes into view."""
    alone = request.headers.get("HX-Target") == f"panel-{PANEL}"
    return alone or PANEL in request.GET or asked.is_anything


def _address(query: QueryDict, **changes: str) -> str:
    parameters = query.copy()
    parameters.pop(BEFORE, None)
    for name, value in changes.items():
        parameters[name] = value
    return f"?{parameters.urlencode()}#panel-{PANEL}"


def _day(text: str) -> dt.date | None:
    try:
        day = parse_date(text)
    except ValueError:  # such as 30 February
        return None
    return day if day and 1900 < day.year < 9999 else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
