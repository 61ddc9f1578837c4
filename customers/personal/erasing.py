"""Erases a contact on request: the record stays without the person, so that documents, sums and numbers hold.

The tombstone is an audit event; what the record held before comes back by no undo. Only a job does it: it reads every
table and every stored file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext as _

from customers.models import Contact, Note
from customers.personal.providers import NAMES, notes_about
from customers.personal.telling import history_of
from foundation.changes.audit import audit
from foundation.changes.erasing import MARK, Erased, Person, Record, erase_everywhere, for_python, is_erased
from foundation.changes.models import Change
from foundation.changes.personal import personal_data
from foundation.identity.models import User
from foundation.jobs.models import MailboxMessage, OutboxMessage

State = OutboxMessage.State
NOBODYS = "erased-{}@erased.invalid"


def refuse_erasure(contact: Contact) -> None:
    """Say why a person cannot be erased, if they cannot."""
    if is_erased("customers_contact", contact.pk):
        raise ValidationError(_("This person was erased already."))
    if contact.user is not None and contact.user.is_staff:
        raise ValidationError(_("Staff are not erased here."))


@transaction.atomic
def contact_erase(*, contact: Contact, actor: User | None) -> Erased:
    """Erase a person everywhere; call it inside a recording."""
    contact = Contact.objects.select_for_update(of=("self",)).select_related("user").get(pk=contact.pk)
    refuse_erasure(contact)
    person, records = person_of(contact), list(_records(contact))
    _stop_messages(person)
    for note in notes_about(contact):
        Note.objects.filter(pk=note.pk).update(text=_without(person, note.text))
    _empty_own(contact)
    erased = erase_everywhere(person, records)
    audit("personal_data.erased", actor=actor, subject=contact, detail=erased.as_json())
    return erased


def person_of(contact: Contact) -> Person:
    """By what texts tell of this person, now and in former times."""
    known = list(_lives(contact))
    if contact.user is not None:
        known.append({"email": contact.user.email, "name": contact.user.name})
    names = {name for one in known for name in _full_names(one)}
    words = {str(one.get(name) or "") for one in known for name in (*NAMES, "job_title")}
    numbers = {str(one.get(name) or "") for one in known for name in ("phone", "phone_e164", "mobile", "mobile_e164")}
    return Person({str(one.get("email") or "") for one in known}, numbers, names, words)


def _lives(contact: Contact) -> Iterator[dict[str, Any]]:
    """The contact's values at each time, going back; the sign-in's former ones beside them."""
    values = _values(contact)
    yield values
    for change in history_of(contact):
        before: dict[str, Any] = change.before or {}
        if change.table == Contact._meta.db_table:
            values = values | before
            yield values
        else:
            yield before


def _values(contact: Contact) -> dict[str, Any]:
    return {field.name: field.value_from_object(contact) for field in contact._meta.concrete_fields}


def _full_names(known: dict[str, Any]) -> Iterator[str]:
    first, last = str(known.get("first_name") or ""), str(known.get("last_name") or "")
    if first and last:
        yield from (f"{first} {last}", f"{last} {first}", f"{last}, {first}")
    if known.get("name"):
        yield str(known["name"])


def _records(contact: Contact) -> Iterator[Record]:
    """Rows whose images in the ledger tell of the person."""
    for provider in personal_data():
        if provider.erased:
            table, columns = provider.model._meta.db_table, provider.columns
            yield from (Record(table, key, columns) for key in provider.rows(contact).values_list("pk", flat=True))
    note = Note._meta.db_table
    for change in (
        Change.objects.filter(table=note, key__in=notes_about(contact).values("pk")).distinct("key").order_by("key")
    ):
        yield Record(note, change.key, ["text"])


def _empty_own(contact: Contact) -> None:
    """Empty the records of the map; the sign-in is closed."""
    user = contact.user
    for provider in personal_data():
        if provider.erased and provider.model is not User:
            keys = list(provider.rows(contact).values_list("pk", flat=True))
            provider.model._base_manager.filter(pk__in=keys).update(**provider.erased)
    if user is not None:
        user.set_unusable_password()
        user.email, user.name, user.is_active = NOBODYS.format(user.pk), "", False
        user.session_epoch += 1
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        Authenticator.objects.filter(user=user).delete()
    Contact.objects.filter(pk=contact.pk).update(is_active=False)


def _without(person: Person, text: str) -> str:
    return for_python(person.whole_pattern).sub(MARK, text)


def _stop_messages(person: Person) -> None:
    """What was not sent to the person yet never is; the local mailbox forgets what it got."""
    told = OutboxMessage.objects.annotate(said=Cast("payload", TextField())).filter(said__iregex=person.name_pattern)
    if told.filter(state=State.SENDING).exists():
        raise ValidationError(_("A message to this person is being sent right now. Try again in a minute."))
    waiting = told.filter(state__in=[State.PENDING, State.DEAD])
    because = _("Personal data was erased.")
    why = Case(When(reason="", then=Value(OutboxMessage.Reason.REJECTED)), default="reason")
    waiting.update(state=State.DISMISSED, settled_at=Now(), dismissed_because=because, payload=None, reason=why)
    pattern = person.name_pattern
    fits = Q(recipient__iregex=pattern) | Q(subject__iregex=pattern) | Q(text__iregex=pattern)
    MailboxMessage.objects.filter(fits).delete()
