"""The statements that write an undo: deletions, former values, rows brought back, and what triggers made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Max

from foundation.changes.models import Change
from foundation.changes.tracking import tracked_models
from foundation.changes.triggers import quoted, text
from foundation.transfers.undo.collecting import array
from foundation.transfers.undo.facts import Table, links_to

if TYPE_CHECKING:
    from foundation.transfers.undo.plan import UndoPlan, Work

_SLICE = """w."table" = {text} AND w.action = '{action}' AND NOT w.is_left AND w.n BETWEEN %s AND %s"""
_DELETE = "DELETE FROM {table} r USING $rows w WHERE r.{key} = w.key AND " + _SLICE
_RESTORE = (
    """
UPDATE {table} r SET ({columns}) = (SELECT {values} FROM jsonb_populate_record(r, w.former - {later}) p)
FROM $rows w WHERE r.{key} = w.key AND w.former ?| {wanted} AND NOT w.former ?| {waiting} AND """
    + _SLICE
)
# Columns that the ledger does not keep, or that came later, get what a new record would get.
_RETURN = (
    """
INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {values} FROM $rows w
CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, {defaults} || w.former || {bookkeeping}) p
WHERE """
    + _SLICE
    + " ORDER BY w.n"
)
_SETTLE = """
UPDATE {table} r SET ({columns}) = (SELECT {values} FROM jsonb_populate_record(r, w.former) p)
FROM $rows w
WHERE r.{key} = w.key AND w."table" = {text} AND w.action IN ('restore', 'return') AND NOT w.is_left
  AND (SELECT ROW({values}) FROM jsonb_populate_record(r, w.former) p) IS DISTINCT FROM ROW({now})
"""
_BYPRODUCTS = """
SELECT c."table", array_agg(DISTINCT c.key) FROM changes_change c
WHERE c.id > %s AND c.set_id = nullif(current_setting('hub.change_set', true), '')::bigint AND c.operation = 'insert'
  AND NOT EXISTS (SELECT 1 FROM $rows w WHERE w."table" = c."table" AND w.key = c.key AND w.action = 'return')
GROUP BY c."table"
"""


@dataclass(frozen=True)
class Step:
    """One kind of writing to one table; `sql` ends with the first and the last number of a slice."""

    table: Table
    action: str
    sql: str
    parameters: list[Any] = field(default_factory=list)


def steps(work: Work) -> Iterator[Step]:
    """Deletions first, they free what is unique; links to rows that come back last.

    Foreign keys wait for the end of the transaction, so a row may be deleted before the link to it is put back.
    """
    children_first = list(work.tables.values())
    for table in children_first:
        if work.has(table.name, "delete"):
            yield Step(
                table, "delete", _DELETE.format(table=table.sql, key=table.key, text=text(table.name), action="delete")
            )
    for table in children_first:
        columns, later = work.restored_columns(table.name), _links_to_returned(table, work)
        yield from _restore(table, columns - later, later=columns & later, waiting=_holders(table, work))
    for table in reversed(children_first):
        if work.has(table.name, "return"):
            yield _return(table)
    for table in children_first:
        later = work.restored_columns(table.name) & _links_to_returned(table, work)
        columns = work.restored_columns(table.name) if later & _holders(table, work) else later
        yield from _restore(table, columns, later=set(), wanted=later)


def settle(plan: UndoPlan, work: Work) -> None:
    """Put right what triggers have derived anew while other rows were not yet what they had been."""
    for table in work.tables.values():
        columns = table.restorable if work.has(table.name, "return") else sorted(work.restored_columns(table.name))
        if columns:
            plan.execute(
                _SETTLE.format(
                    table=table.sql,
                    key=table.key,
                    text=text(table.name),
                    columns=_list(columns),
                    values=_list(columns, "p."),
                    now=_list(columns, "r."),
                )
            )


def drop_byproducts(plan: UndoPlan, work: Work, *, since: int) -> None:
    """Delete what triggers made on the way, such as an account for a customer that came back, if nobody needs it."""
    if not any(action != "delete" for _table, action in work.touched):
        return
    for name, keys in plan.fetch(_BYPRODUCTS, [since]):
        table = Table(tracked_models()[name])
        used = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM {quoted(link.table)} c"
            f" WHERE c.{quoted(link.column)} = r.{quoted(link.target_column)})"
            for link in links_to(name)
        )
        plan.execute(f"DELETE FROM {table.sql} r WHERE r.{table.key} = ANY (%s){used}", [keys])


def last_change() -> int:
    """Number of the newest change."""
    return Change.objects.aggregate(last=Max("pk"))["last"] or 0


def _links_to_returned(table: Table, work: Work) -> set[str]:
    return {link.column for link in table.links if work.has(link.target, "return")}


def _holders(table: Table, work: Work) -> set[str]:
    """Links to rows of other tables that come back: what belongs to such a row goes back to it as a whole.

    An address that got its flags back before its customer would take them from the addresses it is still among.
    """
    return {c for c in _links_to_returned(table, work) if c not in table.own_links}


def _restore(
    table: Table,
    columns: set[str],
    *,
    later: set[str],
    waiting: Collection[str] = (),
    wanted: Collection[str] | None = None,
) -> Iterator[Step]:
    """Put columns back but those for `later`; rows that have a column in `waiting` are left for then."""
    if columns:
        names = sorted(columns)
        sql = _RESTORE.format(
            table=table.sql,
            key=table.key,
            text=text(table.name),
            action="restore",
            columns=_list(names),
            values=_list(names, "p."),
            later=array(sorted(later)),
            waiting=array(sorted(waiting)),
            wanted=array(names if wanted is None else sorted(wanted)),
        )
        yield Step(table, "restore", sql)


def _return(table: Table) -> Step:
    defaults, parameters = _defaults(table)
    sql = _RETURN.format(
        table=table.sql,
        text=text(table.name),
        action="return",
        columns=_list(table.columns),
        values=_list(table.columns, "p."),
        defaults=defaults,
        bookkeeping=_bookkeeping(table),
    )
    return Step(table, "return", sql, parameters)


def _defaults(table: Table) -> tuple[str, list[Any]]:
    parts, parameters = [], []
    for column, known in table.fields.items():
        if column in table.columns and known.has_default() and not known.primary_key:
            parts.append(f"{text(column)}, %s::{known.db_type(connection)}")
            parameters.append(known.get_db_prep_save(known.get_default(), connection))
        elif column in table.columns and not known.null and known.empty_strings_allowed and known.get_default() == "":
            parts.append(f"{text(column)}, ''::text")
    return f"jsonb_build_object({', '.join(parts)})", parameters


def _bookkeeping(table: Table) -> str:
    """A row that came back goes on counting its versions, so that no form opened before fits it by chance."""
    if "version" not in table.fields:
        return "'{}'::jsonb"
    later = "jsonb_build_object('version', coalesce((w.former ->> 'version')::bigint, 0) + 1"
    return f"{later}, 'updated_at', statement_timestamp())" if "updated_at" in table.fields else f"{later})"


def _list(columns: list[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(column) for column in columns)
