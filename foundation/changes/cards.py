"""The dashboard's card of one's own last changes: back to what one was doing before the telephone rang."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.changes.history.entries import Entry, describe, newest_first
from foundation.changes.models import Change, ChangeSet, Source
from foundation.ui.dashboard import Area, Card, register_card

SETS, ROWS_OF_A_SET, SHOWN = 10, 3, 6


def register_cards() -> None:
    """Put the card in its place."""
    register_card(
        Card("my_changes", _("My last changes"), 10, "changes/card_mine.html", context=my_changes, area=Area.MINE)
    )


def my_changes(request: HttpRequest) -> dict[str, Any] | None:
    """The records this person changed last by hand, each once."""
    from foundation.changes.admin.ledger import page_of_record

    changes = _last_changes(request.user.pk)
    if not changes:
        return None
    entries: dict[tuple[str, int], Entry] = {}
    for entry in describe(changes, request):
        entries.setdefault((entry.change.table, entry.change.key), entry)
    return {"entries": [(entry, page_of_record(entry)) for entry in list(entries.values())[:SHOWN]]}


def _last_changes(person: int | None) -> list[Change]:
    """A few rows of each of the last sets: by set, for the ledger is too long to be walked by time."""
    sets = list(ChangeSet.objects.filter(actor_id=person, source=Source.FORM).values_list("pk", flat=True)[:SETS])
    parts = [Change.objects.filter(set_id=one).order_by().values_list("pk", flat=True)[:ROWS_OF_A_SET] for one in sets]
    if not parts:
        return []
    return list(newest_first(Change.objects.filter(pk__in=list(parts[0].union(*parts[1:], all=True)))))
