"""People, files and ways through the pages of an import."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from foundation.jobs.testing import run_pending
from foundation.transfers.engine.sql import execute
from foundation.transfers.importing.content import names_of
from foundation.transfers.models import ImportRun
from tests.factories import UserFactory

LIST = reverse("admin:customers_customer_changelist")


@pytest.fixture
def person(client):
    """Sign a member of staff in who holds these permissions."""

    def sign_in(*codenames):
        user = UserFactory()
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def office(person):
    rights = "import_customer", "export_customer", "access_all_customers", "add_customergroup", "add_paymentterm"
    return person("view_customer", "view_changeset", *rights)


@pytest.fixture
def upload(client, office):
    """Send a file as the office; return the answer."""

    def send(content, name="customers.csv", **fields):
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        file.name = name
        return client.post(f"{LIST}import/", {"file": file, **fields})

    return send


@pytest.fixture
def checked(upload):
    """A file that was uploaded and checked; return its run."""

    def make(content, **fields):
        answer = upload(content, **fields)
        assert answer.status_code == 302, words(answer)
        run_pending()
        return ImportRun.objects.latest("pk")

    return make


@pytest.fixture
def applied(client, checked):
    """A file that was imported; return its run."""

    def make(content, **fields):
        run = checked(content, **fields)
        post(client, run, "apply", check_token=run.check_token)
        run_pending()
        run.refresh_from_db()
        assert run.state == "applied"
        return run

    return make


def url(run, page="page"):
    """Address of a page of a run."""
    return reverse(f"admin:transfers_importrun_{page}", args=[run.pk])


def post(client, run, page, **data):
    """Press a button on the run's page; return the page one comes to."""
    return client.post(url(run, page), data, follow=True)


def words(response):
    """The text of a page, each gap one space."""
    return " ".join(response.text.split())


def open_page(client, run, **parameters):
    return words(client.get(url(run), parameters))


def lose_staging(run):
    names = names_of(run)
    execute(f"DROP TABLE {names.rows}, {names.errors}, {names.raw}")
