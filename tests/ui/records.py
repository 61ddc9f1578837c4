"""One record of everything a person can open in the admin."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import Failure, Schedule, Success

from customers.demo import demo_load
from customers.models import Customer
from foundation.changes.audit import audit
from foundation.changes.recording import recording
from foundation.identity.models import User
from foundation.identity.tokens import token_issue
from foundation.jobs.mail import mail_put
from foundation.jobs.models import WorkerBeat
from foundation.jobs.schedules import schedules_reconcile
from foundation.jobs.services import enqueue, run_here
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.models import ImportProfile
from foundation.transfers.registry import transfer_by_slug


def make_records(staff: User) -> None:
    """Make them: the demo company, work done and waiting, traces of both."""
    demo_load()
    with recording(actor=staff, reason="Spelled wrong"):
        customer = Customer.objects.earliest("pk")
        customer.name = f"{customer.name} ({customer.pk})"
        customer.save()
    token_issue(user=staff, name="Shop", scopes=["customers:read"], expires_at=timezone.now() + timedelta(days=1))
    audit("sign_in.succeeded", actor=staff, subject=staff, detail={"address": "192.0.2.1"})
    mail_put(to=["anna@example.com"], subject="Hello", text="World")
    _make_work(staff)


def _make_work(staff: User) -> None:
    run_here(enqueue("jobs.tidy", owner=staff))
    enqueue("jobs.tidy_outbox", owner=staff)
    schedules_reconcile()
    _make_import(staff)
    WorkerBeat.objects.create(name="host:1")
    Schedule.objects.create(name="Nightly", func="math.hypot", repeats=0)
    moment = timezone.now()
    done: dict[str, Any] = {"name": "quiet-north", "func": "math.hypot", "started": moment, "stopped": moment}
    Success.objects.create(id="1" * 32, success=True, **done)
    Failure.objects.create(id="2" * 32, success=False, result="ZeroDivisionError", **done)


def _make_import(staff: User) -> None:
    file = ContentFile(b"Name,Tax code\nNordwind,\nHuber,NOPE\n", name="customers.csv")
    run = run_create(transfer=transfer_by_slug("customers"), file=file, name="customers.csv", owner=staff)
    run_here(run_check(run=run, ring=False))
    ImportProfile.objects.create(name="Old shop", what=run.what, owner=staff, shape=run.shape, mapping=run.mapping)
