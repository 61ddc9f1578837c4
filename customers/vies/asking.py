"""Who may be asked about, what is known, and the row that waits for an answer. Nothing here leaves the hub."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.models import Customer, VatCheck
from customers.vat import VatState, check_vat
from customers.vies.client import COUNTRIES
from foundation.identity.models import User
from foundation.jobs.models import Job
from foundation.jobs.services import enqueue

JOB = "customers.vat_check"
FRESH = timedelta(days=30)  # a changed customer whose number was answered since is not asked about by itself
TOO_SOON = timedelta(minutes=1)  # the same question again within this time gets the same answer


def can_be_asked(vat_id: str) -> bool:
    """Whether VIES knows numbers of this kind."""
    return vat_id[:2] in COUNTRIES and check_vat(vat_id).state == VatState.VALID


def vat_check_ask(*, vat_id: str, by: User | None) -> VatCheck:
    """Have a number asked about in the background; who asks again meanwhile gets the question that is waiting."""
    if not settings.VAT_CHECK:
        raise ValidationError(_("Asking VIES is switched off here (HUB_VAT_CHECK)."), code="switched_off")
    if not can_be_asked(vat_id):
        raise ValidationError(
            _("VIES knows numbers of the European Union and of Northern Ireland alone."), code="unknown_to_vies"
        )
    recent = VatCheck.objects.filter(vat_id=vat_id, answered_at__gte=timezone.now() - TOO_SOON).first()
    return recent if recent and recent.is_decisive else _put(vat_id, by)


@transaction.atomic
def _put(vat_id: str, by: User | None) -> VatCheck:
    VatCheck.objects.bulk_create([VatCheck(vat_id=vat_id, asked_by=by)], ignore_conflicts=True)
    waiting = VatCheck.objects.select_for_update().get(vat_id=vat_id, answer=VatCheck.Answer.WAITING)
    job = job_put(waiting.country, due_at=waiting.due_at)
    if job.due_at > waiting.due_at:  # the country is being left alone for a while
        waiting.due_at = job.due_at
        waiting.save(update_fields=["due_at"])
    return waiting


def job_put(country: str, *, due_at: datetime) -> Job:
    """Plan the job of a country, of which at most one waits and one runs; return the one that will do it."""
    title = _("Ask VIES about VAT ids: %s") % country
    later = due_at if due_at > timezone.now() else None
    job = enqueue(JOB, args={"country": country}, key=f"vat-check:{country}", title=title, due_at=later)
    job.refresh_from_db(fields=["due_at"])
    return job


def vat_check_after(*, customer: Customer, former: str, by: User | None) -> None:
    """Have the number of a customer asked about when it is another one than before, and nobody has said yet."""
    number = customer.vat_id
    if not settings.VAT_CHECK or number == former or not can_be_asked(number):
        return
    if not VatCheck.objects.filter(vat_id=number, is_current=True, answered_at__gte=timezone.now() - FRESH).exists():
        vat_check_ask(vat_id=number, by=by)


def vat_checks_ask(*, customers: Iterable[Customer], by: User | None) -> int:
    """Have the numbers of many customers asked about; return how many numbers VIES can be asked about."""
    numbers = {customer.vat_id for customer in customers if can_be_asked(customer.vat_id)}
    for number in sorted(numbers):
        vat_check_ask(vat_id=number, by=by)
    return len(numbers)


def standing_of(vat_id: str) -> VatCheck | None:
    """The last answer that says yes or no."""
    return VatCheck.objects.filter(vat_id=vat_id, is_current=True).first() if vat_id else None


def last_check_of(vat_id: str) -> VatCheck | None:
    """The last question, answered or not."""
    return VatCheck.objects.filter(vat_id=vat_id).order_by("-id").first() if vat_id else None
