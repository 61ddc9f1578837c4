"""A4: calls are limited per token and per address, over all processes, and each answer says what is left."""

import threading

import pytest
from django.db import connection
from rest_framework.test import APIClient

from foundation.identity.models import CallCount
from foundation.identity.rates import rate_count
from tests.api.conftest import caller_of

LIST = "/api/v1/customers/"


LONG = 80_000  # seconds: no window ends while a test looks


@pytest.fixture(autouse=True)
def long_window(monkeypatch):
    monkeypatch.setattr("foundation.api.rates.WINDOW", LONG)


@pytest.fixture
def limits(settings):
    settings.API_CALLS_PER_MINUTE = {"token": 3, "address": 5}


@pytest.mark.django_db
def test_A4_each_answer_says_what_is_left(api, limits):
    answers = [api.get(LIST) for _ in range(2)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert 1 <= int(answers[0]["RateLimit-Reset"]) <= LONG


@pytest.mark.django_db
def test_A4_token_is_limited_and_told_when_to_go_on(api, limits):
    statuses = [api.get(LIST).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refusal = api.get(LIST)
    assert (refusal["Content-Type"], refusal.json()["code"]) == ("application/problem+json", "too_many_calls")
    assert 1 <= int(refusal["Retry-After"]) <= LONG


@pytest.mark.django_db
def test_A4_other_tokens_go_on(api, office, settings):
    settings.API_CALLS_PER_MINUTE = {"token": 1, "address": 100}
    assert [api.get(LIST).status_code for _ in range(2)] == [200, 429]
    assert caller_of(office).get(LIST).status_code == 200


@pytest.mark.django_db
def test_A4_address_is_limited_whatever_tokens_it_tries(limits):
    statuses = [
        APIClient().get(LIST, headers={"Authorization": f"Bearer hub_{number}"}).status_code for number in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2


@pytest.mark.django_db
def test_A4_one_network_is_one_caller(limits):
    statuses = [APIClient().get(LIST, REMOTE_ADDR=f"2001:db8::{number}").status_code for number in range(6)]
    assert statuses[-1] == 429


@pytest.mark.django_db
def test_other_pages_are_not_counted(client, limits):
    assert "RateLimit-Limit" not in client.get("/accounts/login/")
    assert not CallCount.objects.exists()


@pytest.mark.django_db
def test_S7_neither_tokens_nor_addresses_are_stored(api):
    api.get(LIST)
    keys = CallCount.objects.values_list("key", flat=True)
    assert {len(key) for key in keys} == {64}


@pytest.mark.django_db
def test_new_minute_starts_anew_and_throws_old_rows_away():
    rate_count(kind="token", caller="old", limit=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_callcount SET window_began_at = window_began_at - interval '2 days', calls = 9")
    assert rate_count(kind="token", caller="new", limit=5).calls == 1
    assert CallCount.objects.count() == 1


def count_at_once(caller):
    ready, counted = threading.Barrier(4, timeout=10), []

    def call():
        ready.wait()
        counted.extend(rate_count(kind="token", caller=caller, limit=5, seconds=LONG).calls for _ in range(10))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counted


@pytest.mark.django_db(transaction=True)
def test_A4_counts_are_exact_when_calls_come_at_once():
    assert sorted(count_at_once("one")) == list(range(1, 41))


@pytest.mark.django_db
def test_window_ends_within_its_length():
    assert 1 <= rate_count(kind="token", caller="one", limit=5).seconds_left <= 60
