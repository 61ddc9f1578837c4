"""Where a contact's data stands: the map of this app, and of what it knows of the apps below."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.models import Address, Contact, Membership, Note
from foundation.changes.erasing import MARK
from foundation.changes.models import AuditEvent
from foundation.changes.personal import PersonalData, register_personal_data
from foundation.identity.models import User

NAMES = ("name_prefix", "first_name", "middle_name", "last_name", "name_suffix")
NUMBERS = ("phone", "phone_e164", "mobile", "mobile_e164")
EMPTIED = dict.fromkeys(("name_prefix", "middle_name", "name_suffix"), "")


def contact_itself(contact: Contact) -> QuerySet[Contact]:
    """The contact."""
    return Contact.objects.filter(pk=contact.pk)


def user_of(contact: Contact) -> QuerySet[User]:
    """The person's sign-in."""
    return User.objects.filter(pk__in=[contact.user_id] if contact.user_id else [])


def addresses_of(contact: Contact) -> QuerySet[Address]:
    """Addresses of the company that are made out to this person."""
    named = Q(first_name__iexact=contact.first_name, last_name__iexact=contact.last_name)
    return Address.objects.filter(named, customer=contact.customer_id).exclude(first_name="", last_name="")


def notes_about(contact: Contact) -> QuerySet[Note]:
    """Notes about the company that name this person."""
    said = Q(pk__in=[])
    for text in (contact.last_name, contact.email, contact.phone, contact.mobile):
        if text:
            said |= Q(text__icontains=text)
    return Note.objects.filter(said, customer=contact.customer_id)


def memberships_of(contact: Contact) -> QuerySet[Membership]:
    """The person's department."""
    return Membership.objects.filter(contact=contact).select_related("department")


def events_of(contact: Contact) -> QuerySet[AuditEvent]:
    """What the sign-in was used for."""
    return AuditEvent.objects.filter(actor=contact.user_id) if contact.user_id else AuditEvent.objects.none()


def register() -> None:
    """Add our part of the map."""
    register_personal_data(
        PersonalData(
            "contact",
            _("Contact"),
            "customers.Contact",
            (*NAMES, "job_title", "email", *NUMBERS),
            contact_itself,
            further=("customer", "address", "is_active", "created_at", "updated_at"),
            erased={**EMPTIED, "first_name": MARK, "last_name": MARK, "job_title": "", "email": ""}
            | dict.fromkeys(NUMBERS, ""),
        )
    )
    register_personal_data(
        PersonalData(
            "sign-in",
            _("Sign-in to the portal"),
            "identity.User",
            ("email", "name"),
            user_of,
            further=("is_active", "date_joined", "last_login"),
            erased={"email": "", "name": MARK},  # the address becomes one of nobody, see erasing.py
        )
    )
    register_personal_data(
        PersonalData(
            "addresses",
            _("Addresses made out to the person"),
            "customers.Address",
            (*NAMES, "phone"),
            addresses_of,
            further=("label", "organization", "street", "street2", "postal_code", "city", "region", "country"),
            erased={**EMPTIED, "first_name": MARK, "last_name": MARK, "phone": ""},
            stays=_("The place stays: it is the company's."),
        )
    )
    register_personal_data(
        PersonalData(
            "notes",
            _("Notes that name the person"),
            "customers.Note",
            ("text",),
            notes_about,
            further=("created_at",),
            stays=_("The note stays without what names the person."),
        )
    )
    register_personal_data(
        PersonalData("department", _("Department"), "customers.Membership", (), memberships_of, further=("department",))
    )
    register_personal_data(
        PersonalData(
            "events",
            _("Uses of the sign-in"),
            "changes.AuditEvent",
            ("address",),
            events_of,
            further=("kind", "at"),
            erased={},
            stays=_("Network addresses of sign-ins go with the audit log's own age."),
        )
    )


def as_text(value: Any) -> str:
    """A value for people and for a file; times to the second, with their zone."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return "" if value is None else str(value)
