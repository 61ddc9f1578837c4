"""What an undo would do: worked out in SQL, kept in two unlogged tables that pages and the job itself read."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.db import connection, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from foundation.changes.models import ChangeSet
from foundation.changes.triggers import quoted
from foundation.transfers.undo import collecting, holding, listing
from foundation.transfers.undo.facts import Table, tables

SCHEMA = "staging"
PAGE = 50

_MAKE = """
CREATE UNLOGGED TABLE $rows (
    n bigint GENERATED ALWAYS AS IDENTITY,
    "table" text NOT NULL, key bigint NOT NULL, name text NOT NULL, action text NOT NULL,
    first_id bigint NOT NULL, firsts jsonb, stamp bigint, former jsonb, is_left boolean NOT NULL DEFAULT false
);
CREATE UNLOGGED TABLE $left (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "table" text NOT NULL, key bigint NOT NULL, name text NOT NULL, columns text[] NOT NULL, kind text NOT NULL,
    action text NOT NULL DEFAULT 'restore', set_id bigint, other text, other_key bigint, others bigint,
    detail text NOT NULL DEFAULT ''
);
"""
# Unlogged tables are empty after a crash of the database: a plan is whole while this line is in it.
_SEAL = """
INSERT INTO $rows ("table", key, name, action, first_id, is_left) VALUES ('', 0, '', 'sealed', 0, true)
"""
_IS_SEALED = "SELECT count(*) FROM $rows WHERE action = 'sealed'"
_INDEX = """
ALTER TABLE $rows ADD PRIMARY KEY (n);
CREATE UNIQUE INDEX ON $rows (key, "table");
ANALYZE $rows;
"""
_COUNTS = """
SELECT "table", count(*) FILTER (WHERE action = 'delete'), count(*) FILTER (WHERE action = 'restore'),
       count(*) FILTER (WHERE action = 'return')
FROM $rows WHERE NOT is_left GROUP BY "table"
"""
_COUNTS_LEFT = 'SELECT "table", count(DISTINCT key) FROM $left GROUP BY "table"'
_TOUCHED = """
SELECT w."table", w.action, array_agg(DISTINCT k.name)
FROM $rows w LEFT JOIN LATERAL jsonb_object_keys(CASE w.action WHEN 'restore' THEN w.former END) AS k(name) ON true
WHERE NOT w.is_left GROUP BY 1, 2
"""


class UndoPlanLostError(Exception):
    """The plan was thrown away, or the database came back from a crash without it; the text is for people."""


@dataclass
class TableCounts:
    """Rows of one table."""

    delete: int = 0
    restore: int = 0
    bring_back: int = 0
    left: int = 0


@dataclass
class UndoPlan:
    """What undoing the change sets of some jobs would do; stays until `drop()`, readable by every process."""

    name: str
    sets: list[int]
    counts: dict[str, TableCounts] = field(default_factory=dict)  # by table, children before parents

    def as_json(self) -> dict[str, Any]:
        """What is needed to find the plan again."""
        return {"name": self.name, "sets": self.sets}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Find a plan again; raises `UndoPlanLostError` where it is no longer there."""
        plan = cls(kept["name"], kept["sets"])
        if not plan._is_whole():
            raise UndoPlanLostError(_("What the undo would do is not known any more. Prepare it again."))
        plan.count()
        return plan

    def _is_whole(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [self.rows_table])
            return cursor.fetchone()[0] and self.fetch(_IS_SEALED)[0][0] == 1

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.total == 0

    @property
    def total(self) -> int:
        """Rows that an undo would write."""
        return sum(c.delete + c.restore + c.bring_back for c in self.counts.values())

    @property
    def left_total(self) -> int:
        """Rows that stay as they are, wholly or in a field."""
        return sum(c.left for c in self.counts.values())

    def left(
        self, page: int = 1, *, size: int = PAGE, table: str = "", request: HttpRequest | None = None
    ) -> Sequence[listing.LeftRow]:
        """What stays and why, page by page; names that the person may not see stay numbers."""
        return listing.left(self, listing.Page(page, size, table, request))

    def left_count(self, table: str = "") -> int:
        """Number of lines in `left()`: a record has one for each later set that changed fields of it."""
        return int(self.fetch("SELECT count(*) FROM $left WHERE %s IN ('', \"table\")", [table])[0][0])

    def sample(
        self, page: int = 1, *, size: int = PAGE, table: str = "", request: HttpRequest | None = None
    ) -> Sequence[listing.PlannedRow]:
        """What would happen, page by page."""
        return listing.sample(self, listing.Page(page, size, table, request))

    @property
    def rows_table(self) -> str:
        """Table of the rows to write, one line each."""
        return f"{SCHEMA}.{quoted(f'undo_{self.name}_rows')}"

    @property
    def left_table(self) -> str:
        """Table of what is left."""
        return f"{SCHEMA}.{quoted(f'undo_{self.name}_left')}"

    def execute(self, sql: str, parameters: list[Any] | None = None) -> int:
        """Run a statement in which `$rows` and `$left` are this plan's tables; return how many rows it wrote."""
        with connection.cursor() as cursor:
            cursor.execute(self._named(sql), parameters)
            return cursor.rowcount

    def fetch(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query in the same way."""
        with connection.cursor() as cursor:
            cursor.execute(self._named(sql), parameters)
            return cursor.fetchall()

    def _named(self, sql: str) -> str:
        return sql.replace("$rows", self.rows_table).replace("$left", self.left_table)

    def work(self) -> Work:
        """What there is to write, table by table."""
        found = {(table, action): set(columns) - {None} for table, action, columns in self.fetch(_TOUCHED)}
        return Work(tables({table for table, _action in found}), found)

    def count(self) -> None:
        """Count anew."""
        counts = {table: TableCounts(*numbers) for table, *numbers in self.fetch(_COUNTS)}
        for table, number in self.fetch(_COUNTS_LEFT):
            counts.setdefault(table, TableCounts()).left = number
        known = tables(counts)
        self.counts = {table: counts[table] for table in [*known, *sorted(set(counts) - set(known))]}

    def forget_rows(self) -> None:
        """Once they are written there is nothing left to do; what is left can still be read."""
        self.execute("TRUNCATE $rows")
        self.execute(_SEAL)

    def drop(self) -> None:
        """Throw the plan away."""
        self.execute("DROP TABLE IF EXISTS $rows, $left")


@dataclass(frozen=True)
class Work:
    """Tables with rows to write (children before parents), and which columns of them are put back."""

    tables: dict[str, Table]
    touched: dict[tuple[str, str], set[str]]  # by table and action

    def has(self, table: str, action: str) -> bool:
        """Whether rows of the table are to be deleted, restored or returned."""
        return (table, action) in self.touched

    def restored_columns(self, table: str) -> set[str]:
        """Columns that some row of the table gets back."""
        return self.touched.get((table, "restore"), set())


def plan_undo(job_ids: Collection[int], without: Collection[str] = ()) -> UndoPlan:
    """Work out what undoing everything these jobs wrote would do now, but to tables `without`; writes no record."""
    return plan_undo_of_sets(ChangeSet.objects.filter(job_id__in=job_ids).values_list("pk", flat=True), without)


def plan_undo_of_sets(sets: Iterable[int], without: Collection[str] = ()) -> UndoPlan:
    """The same for change sets named one by one: of what a person did in a request."""
    plan = UndoPlan(secrets.token_hex(6), sorted(sets))
    with transaction.atomic():
        _make_schema()
        plan.execute(_MAKE)
        collecting.collect(plan, without)
        plan.execute(_SEAL)
        plan.execute(_INDEX)
        work = plan.work()
        holding.hold_changed(plan, work)
        holding.hold_impossible(plan, work)
        plan.count()
    return plan


def _make_schema() -> None:
    """Asked first, because making it takes a right that the hub's role need not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NULL", [SCHEMA])
        if cursor.fetchone()[0]:
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
