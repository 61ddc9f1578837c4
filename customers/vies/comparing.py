"""Registered name and address beside those of the customer, field by field, as a person would read them.

Tax offices write in capitals, without accents, with legal forms in full and streets abbreviated. What differs in
nothing else is the same. VIES tells an address as one text; which of it is street, postal code and city is found by the
postal code. Where none is found, the whole text is looked through for what we have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from customers.models import Address, Customer, VatCheck
from customers.vat import TAX_OFFICE_WRITES
from customers.vies.words import Words, city_words, name_words, street_words, text_words


class Verdict(StrEnum):
    """What comparing a field came to."""

    SAME = "same"
    DIFFERENT = "different"
    NOT_TOLD = "not_told"  # VIES says nothing about it
    MISSING = "missing"  # we have nothing to compare


@dataclass(frozen=True)
class Field:
    """One field: what we have, what is registered, whether that is the same."""

    name: str
    label: StrOrPromise
    ours: str
    registered: str
    verdict: Verdict


@dataclass(frozen=True)
class Registered:
    """A registered address, taken apart as far as it can be."""

    text: str
    street: str = ""
    postal_code: str = ""
    city: str = ""


# How a postal code begins the line of the city, or ends it; the first that is found counts.
POSTAL = r"(?:[A-Z]{1,2}-)?(?P<code>\d{2}-\d{3}|\d{4}-\d{3}|\d{3} ?\d{2}|\d{4} ?[A-Z]{2}|\d{4,5})"
BEFORE_CITY = re.compile(rf"(?:^|.*[\s,]){POSTAL}[\s,]+(?P<city>[^\d,]+)$", re.IGNORECASE)
AFTER_CITY = re.compile(rf"^(?P<city>[^\d,]+)[\s,]+{POSTAL}$", re.IGNORECASE)
PROVINCE = re.compile(r" [A-Z]{2}$")  # after an Italian city


def billing_address(customer: Customer) -> Address | None:
    """The address invoices go to: the default one, else any for billing."""
    rows = Address.objects.filter(customer=customer, is_billing=True)
    return rows.order_by("-is_default_billing", "-is_primary", "pk").first()


def compare(customer: Customer, address: Address | None, check: VatCheck) -> list[Field]:
    """Compare a customer with what is registered under its number."""
    told = taken_apart(check.address)
    ours = _ours(address)
    return [
        _name(customer, address, check.name),
        _field("street", _("Street"), ours[0], told.street, told.text, street_words),
        _field("postal_code", _("Postal code"), ours[1], told.postal_code, told.text, text_words),
        _field("city", _("City"), ours[2], told.city, told.text, city_words),
        _country(address, check.vat_id[:2]),
    ]


def is_confirmed(fields: list[Field]) -> bool:
    """Whether everything was told and is the same: what a payment provider asks for."""
    return all(field.verdict == Verdict.SAME for field in fields)


def differences(fields: list[Field]) -> list[Field]:
    """The fields in which customer and register contradict each other."""
    return [field for field in fields if field.verdict == Verdict.DIFFERENT]


def taken_apart(text: str) -> Registered:
    """Find the postal code, the city beside it, and the street, which is the rest."""
    pieces = [piece.strip() for line in text.splitlines() for piece in line.split(",") if piece.strip()]
    for place in range(len(pieces) - 1, -1, -1):
        piece = pieces[place]
        found = BEFORE_CITY.match(piece) or AFTER_CITY.match(piece)
        if found:
            street = [*pieces[:place], piece[: found.start("code")].strip(" -,")]
            if found.re is AFTER_CITY:
                street = pieces[:place]
            return Registered(
                text, ", ".join(part for part in street if len(part) > 2), found["code"], found["city"].strip()
            )
    return Registered(text)


def _ours(address: Address | None) -> tuple[str, str, str]:
    if address is None:
        return "", "", ""
    street = " ".join(part for part in (address.street, address.street2) if part)
    return street, address.postal_code, address.city


def _name(customer: Customer, address: Address | None, registered: str) -> Field:
    """The customer's own name or that on its address: either may be the registered one."""
    known = [customer.name, address.organization if address else ""]
    fits = [name for name in known if name and name_words(name) == name_words(registered)]
    verdict = Verdict.NOT_TOLD if not registered else Verdict.SAME if fits else Verdict.DIFFERENT
    return Field("name", _("Name"), fits[0] if fits else customer.name, registered, verdict)


def _field(name: str, label: StrOrPromise, ours: str, part: str, text: str, words: Words) -> Field:
    if not text:
        return Field(name, label, ours, "", Verdict.NOT_TOLD)
    if not ours:
        return Field(name, label, "", part or text, Verdict.MISSING)
    return Field(name, label, ours, part or text, Verdict.SAME if _fits(ours, part, text, words) else Verdict.DIFFERENT)


def _fits(ours: str, part: str, text: str, words: Words) -> bool:
    if part:
        return words(ours) in (words(part), words(PROVINCE.sub("", part)))
    return f" {text_words(ours)} " in f" {text_words(text)} "  # the address could not be taken apart


def _country(address: Address | None, written: str) -> Field:
    registered = TAX_OFFICE_WRITES.get(written, written)
    ours = str(address.country) if address else ""
    verdict = Verdict.MISSING if not ours else Verdict.SAME if ours == registered else Verdict.DIFFERENT
    return Field("country", _("Country"), ours, registered, verdict)
