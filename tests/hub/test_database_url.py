"""What is wrong with DATABASE_URL, in one sentence that keeps the password to itself."""

import os
from urllib.parse import urlsplit

import pytest

from integration_hub import database_url
from integration_hub.database_url import DatabaseUrlError, check_form, check_server


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://hub:secret@db/hub", "DATABASE_URL must name a PostgreSQL server and not mysql: write it like"),
        ("sqlite:///hub.db", "DATABASE_URL must name a PostgreSQL server and not sqlite: write it like"),
        ("db.example", "DATABASE_URL must name a PostgreSQL server: write it like"),
        ("postgresql://hub:secret@db:port/hub", "DATABASE_URL cannot be read: write it like"),
        ("postgresql://hub:secret@db:5432", "DATABASE_URL names no database: write it like"),
    ],
)
def test_refuses_what_names_no_postgresql_database(url, sentence):
    with pytest.raises(DatabaseUrlError) as refusal:
        check_form(url)
    assert str(refusal.value) == f"{sentence} postgresql://user:password@host:5432/database."


def test_accepts_the_server_the_tests_run_on():
    check_server(os.environ["DATABASE_URL"])


def test_says_that_nothing_listens():
    with pytest.raises(DatabaseUrlError) as refusal:
        check_server("postgresql://hub:secret@127.0.0.1:1/hub")
    assert str(refusal.value) == (
        "The database server 127.0.0.1:1 does not answer: nothing listens there: check DATABASE_URL."
    )


def test_says_that_the_password_is_wrong_without_repeating_it():
    url = urlsplit(os.environ["DATABASE_URL"])
    wrong = url._replace(netloc=url.netloc.replace(url.password, "another-secret"))
    with pytest.raises(
        DatabaseUrlError, match=r"refuses the user name or the password: check DATABASE_URL\.$"
    ) as refusal:
        check_server(wrong.geturl())
    assert "another-secret" not in str(refusal.value)


def test_says_that_the_database_is_missing():
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path="/nowhere").geturl()
    with pytest.raises(DatabaseUrlError, match=r"has no database “nowhere”: check DATABASE_URL\.$"):
        check_server(url)


def test_says_that_the_server_is_too_old(monkeypatch):
    monkeypatch.setattr(database_url, "OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseUrlError, match=r"is PostgreSQL \d+; the hub needs version 99 or later\.$"):
        check_server(os.environ["DATABASE_URL"])


def test_a_refusal_nobody_foresaw_is_repeated_in_the_words_of_the_server():
    assert database_url._reason("connection failed:\n FATAL: the moon is full\n", "hub") == (
        "cannot be used (FATAL: the moon is full)"
    )
