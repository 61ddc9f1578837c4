"""Everything held about a person, section by section: for a page, and for a file the person is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.models import Contact
from customers.personal.providers import as_text
from foundation.changes.models import Change
from foundation.changes.personal import PersonalData, personal_data
from foundation.jobs.models import OutboxMessage

MOST = 1000  # changes and messages that are told one by one


@dataclass(frozen=True)
class Section:
    """What one app holds: rows of (field, label, value)."""

    slug: str
    title: str
    rows: list[list[tuple[str, str, str]]]


def sections(contact: Contact) -> list[Section]:
    """What the map of personal fields leads to, the person's history, and messages to them; only what there is."""
    found = [_section(contact, provider) for provider in personal_data()]
    found += [_history(contact), _messages(contact)]
    return [section for section in found if section.rows]


def as_json(contact: Contact) -> dict[str, Any]:
    """The same for a file."""
    told = {
        section.slug: [{name: value for name, _label, value in row} for row in section.rows]
        for section in sections(contact)
    }
    return {"contact": contact.pk, "told_at": timezone.now().isoformat(), "data": told}


def _section(contact: Contact, provider: PersonalData) -> Section:
    names = (*provider.fields, *provider.further)
    labels = {name: capfirst(str(_field(provider, name).verbose_name)) for name in names}
    rows = [[(name, labels[name], as_text(getattr(row, name))) for name in names] for row in provider.rows(contact)]
    return Section(provider.slug, str(provider.title), [[one for one in row if one[2]] for row in rows])


def _field(provider: PersonalData, name: str) -> Any:
    return provider.model._meta.get_field(name)


def history_of(contact: Contact) -> QuerySet[Change]:
    """Changes of the contact and of the sign-in."""
    own = Q(table="customers_contact", key=contact.pk)
    if contact.user_id:
        own |= Q(table="identity_user", key=contact.user_id)
    return Change.objects.filter(own).order_by("-pk")


def _history(contact: Contact) -> Section:
    rows = []
    for change in history_of(contact).select_related("set")[:MOST]:
        former = {name: as_text(value) for name, value in (change.before or {}).items() if value not in (None, "")}
        when = ("at", _("When"), as_text(change.set.started_at))
        what = ("operation", _("What"), str(change.get_operation_display()))
        rows.append([when, what, *((name, name, value) for name, value in former.items())])
    return Section("history", _("Former values"), rows)


def _messages(contact: Contact) -> Section:
    sent = OutboxMessage.objects.none()
    if contact.email:
        sent = OutboxMessage.objects.filter(payload__icontains=contact.email).order_by("-pk")
    rows = [
        [("at", _("When"), as_text(one.created_at)), ("kind", _("What"), one.kind), ("state", _("State"), one.state)]
        for one in sent[:MOST]
    ]
    return Section("messages", _("Messages to the person"), rows)
