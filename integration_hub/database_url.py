"""Tell in one sentence what is wrong with DATABASE_URL, before anything is built on it. Knows nothing of Django."""

from urllib.parse import SplitResult, unquote, urlsplit

import psycopg

EXAMPLE = "postgresql://user:password@host:5432/database"
SCHEMES = ("postgres", "postgresql", "pgsql")
OLDEST_MAJOR = 14
PATIENCE_SECONDS = 5

# What libpq and the server say, in words that appear whatever the version. No answer of theirs repeats a password.
REFUSALS = {
    "password authentication failed": "refuses the user name or the password",
    "no password supplied": "asks for a password and DATABASE_URL has none",
    "no pg_hba.conf entry": "does not let this machine or user in (its pg_hba.conf)",
    "could not translate host name": "cannot be found: no such host is known",
    "name or service not known": "cannot be found: no such host is known",
    "failed to resolve host": "cannot be found: no such host is known",
    "connection refused": "does not answer: nothing listens there",
    "no such file or directory": "does not answer: nothing listens there",
    "timeout": f"did not answer within {PATIENCE_SECONDS} seconds",
    "ssl": "and DATABASE_URL do not agree about encryption (sslmode)",
    "too many": "has no free connection left",
    "starting up": "is just starting: try again in a moment",
}


class DatabaseUrlError(Exception):
    """DATABASE_URL cannot be used; the text is one sentence that holds no secret."""


def check_form(url: str) -> SplitResult:
    """Take the URL apart; refuse what cannot name a PostgreSQL database."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DatabaseUrlError(f"DATABASE_URL cannot be read: write it like {EXAMPLE}.") from None
    if parts.scheme not in SCHEMES:
        given = f" and not {parts.scheme}" if parts.scheme and "://" in url else ""
        raise DatabaseUrlError(f"DATABASE_URL must name a PostgreSQL server{given}: write it like {EXAMPLE}.")
    if not parts.path.strip("/") or port == 0:
        raise DatabaseUrlError(f"DATABASE_URL names no database: write it like {EXAMPLE}.")
    return parts


def check_server(url: str) -> None:
    """Connect once; refuse a server that does not let us in or is too old."""
    parts = check_form(url)
    database = unquote(parts.path.strip("/"))
    where = f"The database server {unquote(parts.hostname or 'localhost')}{f':{parts.port}' if parts.port else ''}"
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE_SECONDS) as connection:
            major = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise DatabaseUrlError(f"{where} {_reason(str(error), database)}: check DATABASE_URL.") from None
    if major < OLDEST_MAJOR:
        raise DatabaseUrlError(f"{where} is PostgreSQL {major}; the hub needs version {OLDEST_MAJOR} or later.")


def _reason(message: str, database: str) -> str:
    lowered = message.lower()
    if f'database "{database.lower()}" does not exist' in lowered:
        return f"has no database “{database}”"
    known = next((sentence for words, sentence in REFUSALS.items() if words in lowered), None)
    return known or f"cannot be used ({message.strip().splitlines()[-1].strip()})"
