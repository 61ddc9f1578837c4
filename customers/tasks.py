"""Work on customers that nobody waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.duplicates.finding import find_duplicates
from customers.models import Contact
from customers.noting.keeping import tidy_contents
from customers.personal.erasing import contact_erase
from customers.vies.answering import answer_waiting, tidy
from customers.vies.asking import JOB
from foundation.jobs.errors import JobFailed
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun

FIND, ERASE = "customers.find_duplicates", "customers.erase_person"


@job(FIND, title=_("Look for duplicate customers"), cluster="slow", every=timedelta(days=1))
def look_for_duplicates(run: JobRun) -> dict[str, int]:
    """Find the customers that are probably in the hub twice, for people to look at."""
    return find_duplicates().as_json()


@job(JOB, title=_("Ask VIES about VAT ids"), permission="customers.change_customer")
def vat_check(run: JobRun) -> dict[str, int]:
    """Put the questions of a country that wait."""
    return answer_waiting(run, run.args["country"])


@job("customers.tidy_note_files", title=_("Forget files of deleted notes"), every=timedelta(days=1))
def tidy_note_files(run: JobRun) -> dict[str, int]:
    """Forget what hung on notes that were deleted long ago."""
    return tidy_contents()


@job("customers.vat_tidy", title=_("Tidy the answers about VAT ids"), every=timedelta(hours=1))
def vat_tidy(run: JobRun) -> dict[str, int]:
    """Plan what was left waiting, forget what concerns nobody."""
    return tidy()


@job(ERASE, title=_("Erase a person"), cluster="slow", repeatable=False, permission="customers.erase_contact")
def erase_person(run: JobRun) -> dict[str, Any]:
    """Erase a contact wherever the hub keeps texts; what it was called is said nowhere."""
    contact = Contact.objects.filter(pk=run.args["contact"]).first()
    if contact is None:
        raise JobFailed(str(_("There is no such contact any more.")))
    try:
        with run.recording(reason=str(_("Erasure of a person"))):
            return contact_erase(contact=contact, actor=run.owner).as_json()
    except ValidationError as refusal:
        raise JobFailed(" ".join(refusal.messages)) from refusal
