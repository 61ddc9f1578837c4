"""SQL put together from names and values: everything quoted here, nothing passed beside it.

The statements are made of fragments in changing order, so their values are written into them as literals by the driver.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from psycopg import ClientCursor, sql

from foundation.changes.triggers import quoted

__all__ = [
    "Names",
    "bundles",
    "column_type",
    "execute",
    "fetch",
    "inlined",
    "literal",
    "prepare_session",
    "quoted",
    "typed",
]

MANY_ROWS = 2_000  # more of them are cheaper compared with everything known than looked up one by one
WORK_MEM = "64MB"


def literal(value: Any) -> str:
    """Return a value as SQL."""
    connection.ensure_connection()
    return sql.Literal(value).as_string(connection.connection)


def typed(value: Any, field: models.Field[Any, Any]) -> str:
    """Return a value as SQL of the type of a model field."""
    return f"{literal(field.get_db_prep_save(value, connection))}::{column_type(field)}"


def column_type(field: models.Field[Any, Any]) -> str:
    """Type of a field's values here: texts without their length, which is checked, not cut off."""
    kind = str(field.db_type(connection))
    return "text" if kind.startswith("varchar") and not kind.endswith("[]") else kind


def inlined(queryset: models.QuerySet[Any]) -> str:
    """Return the SELECT of a queryset with its parameters in it."""
    connection.ensure_connection()
    try:
        text, params = queryset.query.sql_with_params()
    except EmptyResultSet:
        everything = queryset.model._base_manager.values_list(*queryset.query.values_select or ("pk",))
        return f"{inlined(everything)} WHERE false"
    return str(ClientCursor(connection.connection).mogrify(text, params))


def execute(statement: str) -> int:
    """Run a statement and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def fetch(statement: str) -> list[tuple[Any, ...]]:
    """Run a query whose answer is small and return it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def prepare_session() -> None:
    """Until the transaction ends: no compiling of statements that run once, and room to sort the rows of a file in."""
    execute(f"""
        SET LOCAL jit = off;
        SELECT set_config('work_mem', '{WORK_MEM}', true)
        WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('{WORK_MEM}')
    """)


def bundles(query: str, at_once: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a query in bundles, read by a cursor of the server; other statements may run in between."""
    name = f"hub_{uuid4().hex}"
    execute(f"DECLARE {name} NO SCROLL CURSOR FOR {query}")
    while rows := fetch(f"FETCH {at_once} FROM {name}"):
        yield rows
    execute(f"CLOSE {name}")


class Names:
    """The tables of one run in the schema `staging`."""

    def __init__(self, run_id: int) -> None:
        self.number = run_id
        self.prefix = f"import_{run_id}_"

    def table(self, kind: str) -> str:
        """Return the quoted name of one of them."""
        return f"staging.{quoted(self.prefix + kind)}"

    @property
    def raw(self) -> str:
        """The cells of the file: _line, _number, _problem, c0, c1 …"""
        return self.table("raw")

    @property
    def seen(self) -> str:
        """Every readable line with its hash and, where a seal holds, the record and its version."""
        return self.table("seen")

    @property
    def rows(self) -> str:
        """The rows that needed a look, as the records they would become."""
        return self.table("rows")

    @property
    def errors(self) -> str:
        """What is wrong: _line, place (number of the column), column, value, code, message."""
        return self.table("errors")

    @property
    def missing(self) -> str:
        """Records that would be made because rows name them: table, column, key, name, used."""
        return self.table("missing")

    @property
    def left(self) -> str:
        """Rows that the strategy leaves alone: _line, id, _new."""
        return self.table("left")

    @property
    def depth(self) -> str:
        """How deep new rows hang below other new rows: id, _line, depth."""
        return self.table("depth")

    def all(self) -> tuple[str, ...]:
        """Return every table."""
        return self.raw, self.seen, self.rows, self.errors, self.missing, self.left, self.depth
