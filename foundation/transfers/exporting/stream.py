"""What PostgreSQL writes as CSV by itself (COPY … TO STDOUT), piece by piece: no Python runs per cell."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Callable, Iterator, Sequence

import psycopg
from django.db import connection

from foundation.transfers.exporting.query import Statement

PIECE = 64 * 1024  # bytes; the server sends row by row, and nobody wants a network packet for each


def header_line(names: Sequence[str]) -> bytes:
    """Return the first line of the file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow(names)
    return text.getvalue().encode()


def copied(statement: Statement, on_rows: Callable[[int], object] = lambda rows: None) -> Iterator[bytes]:
    """Yield the rows of the statement as CSV; `on_rows` hears how many have come so far, piece by piece.

    The connection can do nothing else meanwhile. Leaving the loop early cancels the statement.
    """
    with _copying(statement) as copy:
        piece, rows, size = [], 0, 0
        for row in copy:
            piece.append(row)
            size += len(row)
            if size >= PIECE:
                rows += len(piece)
                on_rows(rows)
                yield b"".join(piece)
                piece, size = [], 0
    on_rows(rows + len(piece))  # the connection is free again, whatever the caller does with it
    yield b"".join(piece)


@contextlib.contextmanager
def _copying(statement: Statement) -> Iterator[psycopg.Copy]:
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.cursor() as cursor:
        query = psycopg.ClientCursor(connection.connection).mogrify(statement.sql, statement.params)
        with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
            yield copy
