"""/healthz and /readyz: what a load balancer and a monitor see."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from foundation.jobs.models import WorkerBeat
from integration_hub import health


def test_healthz_answers_without_a_database(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")


def test_healthz_answers_a_probe_by_ip_address_without_tls(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200


def test_a_probe_changes_nothing(client):
    answer = client.post("/healthz")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
def test_readyz_says_which_checks_it_made(client, monkeypatch):
    monkeypatch.setattr(
        health, "CHECKS", {"database": health.database_finding, "migrations": health.migrations_finding}
    )
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok"}}


@pytest.mark.django_db
def test_readyz_misses_a_migration_and_asks_no_further(client):
    newest = MigrationLoader(connection).graph.leaf_nodes("identity")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert list(answer.json()["checks"]) == ["database", "migrations"]
    assert answer.json()["checks"]["migrations"].endswith(" not applied")


def test_readyz_tells_that_the_database_is_gone_and_not_where_it_was(client, monkeypatch):
    def gone():
        raise DatabaseError("connection to db.internal failed")

    monkeypatch.setattr(connection, "cursor", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "checks": {"database": "does not answer"}}


@pytest.mark.django_db
def test_readyz_misses_a_worker(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"] == "none seen for 3 minutes"


@pytest.mark.django_db
def test_readyz_is_content_with_a_worker_that_was_just_seen(client):
    WorkerBeat.objects.create(name="host 1")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": dict.fromkeys(health.CHECKS, "ok")}


@pytest.mark.django_db
def test_a_job_that_waits_too_long_is_reported(monkeypatch):
    monkeypatch.setattr(health, "oldest_waiting_seconds", lambda: 901)
    assert health.queue_finding() == "oldest job waits for 901 s"
