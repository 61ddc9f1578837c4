"""Replacing all prices of a list in the admin: nobody does it by one click."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from catalog.models import Price
from foundation.jobs.services import run_here
from foundation.jobs.testing import run_pending
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.models import ImportRun
from foundation.transfers.options import Options
from foundation.transfers.registry import transfer_by_slug
from tests.customers.admin.conftest import fields_of
from tests.factories import PriceFactory, ProductFactory, UnitFactory

pytestmark = pytest.mark.django_db
FILE = b"Product SKU,Quantity,Unit Code,Price,Currency\nP1,1,item,7,EUR\nX,1,item,7,EUR\n"


@pytest.fixture
def run(client, admin_user):
    """A file of one good and one wrong row for a list of one price, uploaded."""
    client.force_login(admin_user)
    price = PriceFactory(product=ProductFactory(sku="P1", unit=UnitFactory(code="item")), value=5, currency="EUR")
    options = Options(into=price.price_list_id, strategy="reset")
    file = ContentFile(FILE, name="x.csv")
    return run_create(transfer=transfer_by_slug("prices"), file=file, name="x.csv", owner=admin_user, options=options)


def page_of(run, name):
    return reverse(f"admin:transfers_importrun_{name}", args=[run.pk])


def test_what_goes_and_what_is_refused_is_asked_before_it_is_written(client, run):
    run_here(run_check(run=run, ring=False))
    run.refresh_from_db()
    data = {"check_token": str(run.check_token)}
    question = client.post(page_of(run, "apply"), data)
    assert "The price that “Price list" in question.text
    assert "1 row of the file is refused and brings nothing." in question.text
    assert (ImportRun.objects.get().state, Price.objects.get().value) == ("checked", 5)
    client.post(page_of(run, "apply"), data | {"confirmed": "yes"})
    run_pending()
    assert ImportRun.objects.get().state == "applied"


def test_it_is_never_imported_without_looking(client, run):
    data = fields_of(client.get(page_of(run, "arrange")), "arrange")
    page = client.post(page_of(run, "arrange"), data | {"strategy": "reset", "import": "yes"}, follow=True)
    run_pending()
    assert "This import takes away more than it brings: look at it, then import." in page.text
    assert (ImportRun.objects.get().state, Price.objects.get().value) == ("checked", 5)
