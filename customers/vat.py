"""VAT ids: format and check digits by country, and the one way they are written here.

`PL 526-000-12-46` is kept as `PL5260001246`: capitals and digits with the country in front, as tax offices write it
(Greece is `EL`, Northern Ireland `XI`).
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from stdnum import exceptions, get_cc_module
from stdnum.ch import uid
from stdnum.no import orgnr

TAX_OFFICE_WRITES = {"EL": "GR", "XI": "GB"}  # what stands in front of a number: its country
ALSO_ACCEPTED = {"CH": uid, "NO": orgnr}  # the number of the register, without the ending that says "pays VAT"
SHAPE = re.compile(r"[A-Z0-9+*]{2,20}")

NO_VAT_ID = _("“%(number)s” is no VAT id: it has 2 to 20 letters and digits.")
NO_DIGIT = _("“%(number)s” is no VAT id: there is no digit in it.")
REASONS: dict[type[exceptions.ValidationError], str | Promise] = {
    exceptions.InvalidLength: _("“%(number)s” is no VAT id of %(country)s: it is too short or too long."),
    exceptions.InvalidChecksum: _(
        "“%(number)s” is no VAT id of %(country)s: the check digit does not fit, so a digit may be mistyped."
    ),
    exceptions.InvalidFormat: _("“%(number)s” is no VAT id of %(country)s: there is a letter or a digit out of place."),
    exceptions.InvalidComponent: _("“%(number)s” is no VAT id of %(country)s: a part of it cannot be."),
}


class VatState(models.TextChoices):
    """What looking at a VAT id tells; whether it is registered is told by the tax offices alone (`customers.vies`)."""

    UNCHECKED = "unchecked", _("Not checked")
    VALID = "valid", _("Well-formed")
    INVALID = "invalid", _("Wrong")


class VatReading(NamedTuple):
    """What came of looking at a VAT id: how it is kept, whether it is right, and if not why."""

    number: str
    state: VatState
    reason: str = ""


def check_vat(text: str, country: str = "") -> VatReading:
    """Normalise and check a VAT id; `country` (of the address) helps when the number does not begin with one."""
    number = re.sub(r"[\s.\-/·,;:]", "", text).upper()
    if not number:
        return VatReading("", VatState.UNCHECKED)
    if not SHAPE.fullmatch(number):
        return VatReading(number, VatState.INVALID, str(NO_VAT_ID) % {"number": text.strip()})
    if not any(character.isdigit() for character in number):  # a country alone, or a word such as "pending"
        return VatReading(number, VatState.INVALID, str(NO_DIGIT) % {"number": text.strip()})
    return _check_by_countries(number, country.upper())


def _check_by_countries(number: str, country: str) -> VatReading:
    """Ask the country in front of the number, then that of the address; the first one's objection counts."""
    first: VatReading | None = None
    for written in dict.fromkeys((number[:2], country)):
        checked = _check(number, written)
        if checked and checked.state == VatState.VALID:
            return checked
        first = first or checked
    return first or VatReading(number, VatState.UNCHECKED)


def _check(number: str, written: str) -> VatReading | None:
    """Check against one country, whether it stands in front of the number or not; None where its rules are unknown."""
    country = TAX_OFFICE_WRITES.get(written, written)
    module = get_cc_module(country.lower(), "vat") if country.isalpha() else None
    if module is None:
        return None
    problem: exceptions.ValidationError | None = None
    for rules, form in _readings(module, country, number, written):
        try:
            return VatReading(_kept(rules.validate(form), written, country), VatState.VALID)
        except exceptions.ValidationError as error:
            problem = problem or error
    return VatReading(number, VatState.INVALID, _reason(problem, number, country))


def _readings(module: Any, country: str, number: str, written: str) -> list[tuple[Any, str]]:
    forms = dict.fromkeys((number.removeprefix(written), number))  # Swiss numbers begin with CH themselves
    return [(rules, form) for rules in (module, ALSO_ACCEPTED.get(country)) if rules for form in forms]


def _kept(valid: str, written: str, country: str) -> str:
    front = {"GR": "EL"}.get(country, written if written in TAX_OFFICE_WRITES else country)
    return valid if country == "CH" else f"{front}{valid}"


def _reason(problem: exceptions.ValidationError | None, number: str, country: str) -> str:
    sentence = next((REASONS[kind] for kind in REASONS if isinstance(problem, kind)), REASONS[exceptions.InvalidFormat])
    return str(sentence) % {"number": number, "country": countries.name(country)}
