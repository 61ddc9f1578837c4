"""What the timeline on a customer's page tells: changes, imports, notes. Other apps register further sources."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer, Note
from foundation.changes.history.activity import ledger_source
from foundation.transfers.activity import imports_source
from foundation.ui.links import change_url
from foundation.ui.timeline import Entry, Source, Wanted, register_source

PAGE = "customers.customer"
CHILDREN = ("addresses", "contacts", "departments", "price_lists", "notes")
TEXT = 300  # signs of a note; the rest is in the panel of notes


def register() -> None:
    """Add our sources to the customer's page."""
    quiet = (Note._meta.db_table,)  # a new note is an entry of its own
    register_source(PAGE, ledger_source("changes", gettext_lazy("Changes"), CHILDREN, quiet))
    register_source(PAGE, imports_source("imports", gettext_lazy("Imports"), CHILDREN))
    register_source(PAGE, Source("notes", gettext_lazy("Notes"), notes_of_customer, may_see_notes))


def may_see_notes(request: HttpRequest) -> bool:
    """Notes have a right of their own."""
    return request.user.has_perm("customers.view_note")


def notes_of_customer(request: HttpRequest, customer: Customer, wanted: Wanted) -> list[Entry]:
    """Who wrote what."""
    rows = wanted.of(customer.notes.select_related("author"))
    return [
        Entry(
            at=note.created_at,
            key=note.pk,
            who=str(note.author or _("Somebody who is gone")),
            what=_("Note"),
            url=f"{change_url(note)}?back=owner",
            lines=[Truncator(note.text).chars(TEXT)],
        )
        for note in rows
    ]
