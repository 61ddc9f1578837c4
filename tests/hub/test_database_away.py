"""While the database is away, people and programs are told so, and everything works again when it is back."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from integration_hub import errors
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor():
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.fixture
def away(monkeypatch):
    """A port at which no database listens."""

    def go():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    yield go
    connection.close()


@pytest.mark.parametrize("path", ["/admin/", "/admin/customers/customer/", "/accounts/login/", "/mailbox/"])
def test_a_page_is_answered_by_our_own_words(visitor, away, path):
    away()
    answer = visitor.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Its database does not answer." in answer.text
    assert "Traceback" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_a_form_is_answered_so_as_well(visitor, away):
    away()
    answer = visitor.post("/admin/customers/customer/add/", {"name": "Nordwind"})
    assert (answer.status_code, "was not saved" in answer.text) == (503, True)


def test_a_program_gets_a_problem(visitor, away):
    away()
    answer = visitor.get("/api/v1/customers/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer["Retry-After"] == "30"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (503, "service_unavailable")


def test_pages_work_again_when_it_is_back(visitor, away, monkeypatch):
    away()
    assert visitor.get("/admin/").status_code == 503
    monkeypatch.undo()
    assert visitor.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("statement", "is_away"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", False),
        ("SELECT nothing_of_that_name()", False),
    ],
)
def test_only_a_lost_connection_counts_as_away(statement, is_away):
    with pytest.raises(DatabaseError) as refusal, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
    assert errors.database_is_away(refusal.value) is is_away


def test_a_mistake_of_ours_stays_an_error_500(visitor, monkeypatch):
    monkeypatch.setattr("customers.api.views.CustomerViewSet.list", lambda *args, **kwargs: 1 / 0, raising=True)
    answer = visitor.get("/api/v1/customers/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_server_error")
