"""What the statements of an undo must know of a table: its columns, its links, who points to it, what is unique."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db import connection, models

from foundation.changes.history.values import fields_by_column
from foundation.changes.tracking import options_of, tracked_models
from foundation.changes.triggers import BOOKKEEPING, quoted, text

_UNIQUE = """
SELECT c.relname, pg_get_expr(i.indpred, i.indrelid, true),
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) k),
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum > 0 AND (
           a.attnum = ANY (i.indkey) OR EXISTS (
               SELECT 1 FROM pg_depend d
               WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                 AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)))
FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
WHERE i.indisunique AND NOT i.indisprimary AND i.indisvalid AND c.oid = ANY (%s::regclass[])
ORDER BY i.indexrelid
"""


@dataclass(frozen=True)
class Link:
    """A foreign key: a column of one table holds a column of another one."""

    table: str
    key: str | None  # the number of the pointing row; None where its key is no number
    column: str
    target: str
    target_column: str
    is_number: bool

    def points_to(self, value: str, *, of: str) -> str:
        """SQL that compares the target of `of` with a JSON text."""
        target = f"{of}.{quoted(self.target_column)}"
        return f"{target} = ({value})::bigint" if self.is_number else f"{target}::text = {value}"


@dataclass(frozen=True)
class UniqueIndex:
    """A unique index as the database has it; the expressions name columns without their table."""

    table: str
    expressions: list[str]
    condition: str
    columns: frozenset[str]


class Table:
    """Facts of one tracked table."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.name = model._meta.db_table
        self.sql = quoted(self.name)
        self.key = quoted(str(model._meta.pk.column))
        self.fields = fields_by_column(model)
        self.secrets = [str(f.column) for f in self.fields.values() if f.name in options_of(model).secret]
        self.columns = [c for c, f in self.fields.items() if not f.generated]
        self.restorable = [
            column
            for column in self.columns
            if column not in {*BOOKKEEPING, *self.secrets} and not self.fields[column].primary_key
        ]

    @cached_property
    def stamp(self) -> str:
        """SQL for a number that changes whenever the row `r` does."""
        if "version" in self.fields:
            return "r.version::bigint"
        return "hashtextextended(to_jsonb(r)::text, 0)"

    def name_in(self, image: str) -> str:
        """SQL for what people knew a row by, from its JSON: the first text in it; blank if there is none."""
        names = [c for c, f in self.fields.items() if isinstance(f, models.CharField) and not f.choices]
        parts = [*(f"nullif({image} ->> {text(column)}, '')" for column in names), "''"]
        return f"coalesce({', '.join(parts)})"

    @cached_property
    def links(self) -> list[Link]:
        """Foreign keys of this table."""
        return list(_links_of(self.model))

    @cached_property
    def own_links(self) -> set[str]:
        """Columns that point to rows of the table itself."""
        return {link.column for link in self.links if link.target == self.name}


def tables(names: Collection[str]) -> dict[str, Table]:
    """Facts of those of the tables that are tracked still, children before parents."""
    known = {name: Table(model) for name, model in tracked_models().items() if name in names}
    order: dict[str, Table] = {}
    for name in sorted(known):
        _place(name, known, order, set())
    return dict(reversed(order.items()))


def _place(name: str, known: dict[str, Table], order: dict[str, Table], under_way: set[str]) -> None:
    """Put a table behind those it points to; of a circle any place will do, the database checks at the end."""
    if name in order or name in under_way:
        return
    under_way.add(name)
    for link in known[name].links:
        if link.target in known:
            _place(link.target, known, order, under_way)
    order[name] = known[name]


def links_to(table: str) -> Iterator[Link]:
    """Every foreign key of any model that points to the table."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield from (link for link in _links_of(model) if link.target == table)


def _links_of(model: type[models.Model]) -> Iterator[Link]:
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey):
            key, target = model._meta.pk, field.target_field
            yield Link(
                table=model._meta.db_table,
                key=str(key.column) if _is_number(key) else None,
                column=str(field.column),
                target=target.model._meta.db_table,
                target_column=str(target.column),
                is_number=_is_number(target),
            )


def _is_number(field: models.Field) -> bool:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return isinstance(field, (models.IntegerField, models.AutoField))


def unique_indexes(names: Collection[str]) -> list[UniqueIndex]:
    """Unique indexes of tables beside the primary keys; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_UNIQUE, [[quoted(name) for name in names]])
        return [
            UniqueIndex(table, expressions, condition or "true", frozenset(columns))
            for table, condition, expressions, columns in cursor.fetchall()
        ]
