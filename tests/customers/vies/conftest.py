"""A hub that asks the simulated VIES."""

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from customers.models import VatCheck
from foundation.jobs.models import Job
from foundation.jobs.testing import run_pending

PL, OTHER_PL, DE = "PL5260001246", "PL1234563218", "DE129273398"


@pytest.fixture
def vies(sandbox, settings):
    """The simulated VIES, switched on."""
    settings.VAT_CHECK, settings.VIES_URL = True, f"{sandbox.url}/vies/rest-api"
    return sandbox


@pytest.fixture
def numbers_asked(vies):
    """The numbers VIES was asked about, in order."""

    def numbers_asked():
        bodies = [json.loads(entry["body"]) for entry in vies.requests()]
        return [body["countryCode"] + body["vatNumber"] for body in bodies]

    return numbers_asked


def answers(vat_id=PL):
    """How the questions about a number ended, oldest first."""
    return list(VatCheck.objects.filter(vat_id=vat_id).order_by("id").values_list("answer", flat=True))


def again():
    """Let everything that was postponed be due, and run it."""
    VatCheck.objects.filter(answer="waiting").update(due_at=Now() - timedelta(seconds=1))
    Job.objects.filter(state=Job.State.QUEUED).update(due_at=Now())
    run_pending()
