"""Puts the questions that wait to VIES: one country at a time, one after the other, none inside a transaction.

A country whose service does not answer is left alone for a while with all its questions. After the seventh try, about
a day later, a question ends as “no answer”, which neither gives nor takes anything.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from customers.models import Customer, VatCheck
from customers.vies.asking import job_put
from customers.vies.client import Told, ask, vies
from foundation.jobs.outbox.plan import retry_after
from foundation.jobs.runs import JobRun

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
SLICE_SECONDS = 60  # then the next job goes on, so that others get their turn
STRAY_DAYS = 90  # answers about numbers that no customer has any more are kept so long

_chance = random.SystemRandom()


def waiting(country: str) -> VatCheck | None:
    """The next question of a country that is due."""
    rows = VatCheck.objects.filter(country=country, answer=VatCheck.Answer.WAITING, due_at__lte=Now())
    return rows.order_by("due_at", "id").first()


def answer_waiting(run: JobRun, country: str) -> dict[str, int]:
    """Put the questions of a country until none is due; return how many ended how."""
    counts: dict[str, int] = {}
    if not settings.VAT_CHECK:
        return counts
    ends_at = time.monotonic() + SLICE_SECONDS
    with vies() as http:
        while time.monotonic() < ends_at and (check := waiting(country)) is not None:
            run.check_cancelled()
            VatCheck.objects.filter(pk=check.pk).update(tries=F("tries") + 1)  # before: what kills us is counted too
            told = ask(http, check.vat_id)
            answer = settle(check, told)
            counts[answer] = counts.get(answer, 0) + 1
            run.progress(sum(counts.values()))
    go_on_later(country)
    return counts


@transaction.atomic
def settle(check: VatCheck, told: Told) -> str:
    """Write down what came of a question; return the answer it has now."""
    check = VatCheck.objects.select_for_update().get(pk=check.pk)
    if not check.is_waiting:
        return check.answer  # another run has been faster
    if told.may_retry and check.tries <= len(WAITS):
        _postpone(check, told)
    else:
        _end(check, told)
    return check.answer


def _postpone(check: VatCheck, told: Told) -> None:
    wait = WAITS[max(check.tries, 1) - 1] * _chance.uniform(0.75, 1.25)
    asked = retry_after(told.retry_after) if told.retry_after else None
    check.due_at, check.trouble = timezone.now() + max(wait, asked or timedelta()), told.trouble
    check.save(update_fields=["due_at", "trouble"])
    others = VatCheck.objects.filter(country=check.country, answer=VatCheck.Answer.WAITING)
    others.update(due_at=Greatest(F("due_at"), check.due_at))


def _end(check: VatCheck, told: Told) -> None:
    check.answer, check.trouble, check.answered_at = told.answer, told.trouble, timezone.now()
    check.name, check.address, check.reference = told.name, told.address, told.reference
    check.stated_at, check.is_current = told.stated_at, told.answer in VatCheck.DECISIVE
    if check.is_current:
        VatCheck.objects.filter(vat_id=check.vat_id, is_current=True).update(is_current=False)
    check.save()


def go_on_later(country: str) -> None:
    """Plan the job for the next question of a country, if there is one."""
    rows = VatCheck.objects.filter(country=country, answer=VatCheck.Answer.WAITING)
    due_at = rows.order_by("due_at").values_list("due_at", flat=True).first()
    if due_at is not None:
        job_put(country, due_at=due_at)


def tidy() -> dict[str, int]:
    """Plan again what a lost job left waiting; forget the answers about numbers nobody has any more."""
    planned = 0
    if settings.VAT_CHECK:
        due = VatCheck.objects.filter(answer=VatCheck.Answer.WAITING, due_at__lte=Now())
        for country in due.order_by().values_list("country", flat=True).distinct():
            job_put(country, due_at=timezone.now())
            planned += 1
    old = VatCheck.objects.filter(asked_at__lt=timezone.now() - timedelta(days=STRAY_DAYS))
    stray = old.exclude(vat_id__in=Customer.objects.exclude(vat_id="").values("vat_id"))
    return {"countries planned": planned, "stray answers removed": stray.delete()[0]}
