"""From the changes of some sets to the rows an undo would write: each row once, with its values before the run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from foundation.changes.triggers import quoted, text
from foundation.transfers.undo.facts import Table, tables

if TYPE_CHECKING:
    from foundation.transfers.undo.plan import UndoPlan

# made: the run's first word on the row was an insert. gone: its last word was a deletion.
_SEEN = """
CREATE TEMP TABLE hub_undo_seen ON COMMIT DROP AS
SELECT c."table", c.key, min(c.id) AS first_id, count(*) AS changes,
       coalesce(min(c.id) = min(c.id) FILTER (WHERE c.operation = 'insert'), false) AS made,
       coalesce(max(c.id) = max(c.id) FILTER (WHERE c.operation = 'delete'), false) AS gone,
       (array_agg(c.before) FILTER (WHERE c.before IS NOT NULL))[1] AS former, NULL::jsonb AS firsts
FROM changes_change c WHERE c.set_id = ANY (%s) AND c."table" <> ALL (%s) GROUP BY c."table", c.key
"""
# A row written more than once: of each column the value before the first time, and when that was.
_FOLD = """
UPDATE hub_undo_seen s SET former = f.former, firsts = f.firsts
FROM (
    SELECT c."table", c.key, jsonb_object_agg(e.key, e.value ORDER BY c.id DESC) AS former,
           jsonb_object_agg(e.key, c.id ORDER BY c.id DESC) AS firsts
    FROM hub_undo_seen m JOIN changes_change c ON c.key = m.key AND c."table" = m."table" AND c.set_id = ANY (%s)
    CROSS JOIN LATERAL jsonb_each(c.before) e
    WHERE m.changes > 1 AND NOT m.made GROUP BY c."table", c.key
) f
WHERE s."table" = f."table" AND s.key = f.key
"""
_KINDS = """
SELECT s."table", bool_or(s.made AND NOT s.gone), bool_or(s.gone AND NOT s.made),
       array_agg(DISTINCT k.name) FILTER (WHERE k.name IS NOT NULL)
FROM hub_undo_seen s
LEFT JOIN LATERAL jsonb_object_keys(CASE WHEN NOT s.made AND NOT s.gone THEN s.former END) AS k(name) ON true
GROUP BY s."table"
"""
_UNKNOWN = """
INSERT INTO $left ("table", key, name, columns, kind)
SELECT s."table", s.key, '', '{}', 'unknown' FROM hub_undo_seen s WHERE s."table" = ANY (%s) AND NOT (s.made AND s.gone)
"""

# Rows that are not there need not be deleted: somebody else did, or an undo before.
_DELETE = """
INSERT INTO $rows ("table", key, name, action, first_id, stamp)
SELECT s."table", s.key, '', 'delete', s.first_id, {stamp}
FROM hub_undo_seen s JOIN {table} r ON r.{key} = s.key
WHERE s."table" = {text} AND s.made AND NOT s.gone ORDER BY s.key DESC
"""
# OFFSET 0 keeps the planner from working the former values out twice.
_RESTORE = """
INSERT INTO $rows ("table", key, name, action, first_id, firsts, stamp, former)
SELECT s."table", s.key, '', 'restore', s.first_id, s.firsts, {stamp}, d.former
FROM hub_undo_seen s JOIN {table} r ON r.{key} = s.key
CROSS JOIN LATERAL (
    SELECT (s.former - {forgotten}) - {same} AS former FROM jsonb_populate_record(r, s.former - {forgotten}) p OFFSET 0
) d
WHERE s."table" = {text} AND NOT s.made AND NOT s.gone AND d.former <> '{{}}' ORDER BY s.key
"""
_NOT_KEPT = """
INSERT INTO $left ("table", key, name, columns, kind)
SELECT s."table", s.key, '', ARRAY(SELECT jsonb_object_keys(s.former) INTERSECT SELECT unnest({secrets})), 'secret'
FROM hub_undo_seen s WHERE s."table" = {text} AND NOT s.made AND NOT s.gone AND s.former ?| {secrets}
"""
_DELETED_SINCE = """
INSERT INTO $left ("table", key, name, columns, kind, set_id)
SELECT s."table", s.key, {name_then}, '{{}}', 'deleted', c.set_id
FROM hub_undo_seen s LEFT JOIN LATERAL (
    SELECT c.set_id, c.before FROM changes_change c
    WHERE c.key = s.key AND c."table" = s."table" AND c.id > s.first_id AND c.operation = 'delete'
    ORDER BY c.id DESC LIMIT 1
) c ON true
WHERE s."table" = {text} AND NOT s.made AND NOT s.gone AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.{key} = s.key)
"""
_RETURN = """
INSERT INTO $rows ("table", key, name, action, first_id, former)
SELECT s."table", s.key, {name_before}, 'return', s.first_id, s.former
FROM hub_undo_seen s
WHERE s."table" = {text} AND s.gone AND NOT s.made AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.{key} = s.key)
ORDER BY s.key
"""
# There again: brought back by an undo, or somebody gave the number to another record.
_KEY_TAKEN = """
INSERT INTO $left ("table", key, name, columns, kind, action)
SELECT s."table", s.key, '', '{{}}', 'key', 'return'
FROM hub_undo_seen s JOIN {table} r ON r.{key} = s.key
WHERE s."table" = {text} AND s.gone AND NOT s.made AND NOT EXISTS (
    SELECT 1 FROM changes_change c JOIN changes_changeset o ON o.id = c.set_id
    WHERE c.key = s.key AND c."table" = s."table" AND c.id > s.first_id AND c.operation = 'insert' AND o.source = 'undo'
)
"""


def collect(plan: UndoPlan, without: Collection[str]) -> None:
    """Fill the plan's table of rows; what cannot be undone whatever others did is left at once."""
    plan.execute(_SEEN, [plan.sets, list(without)])
    plan.execute("ANALYZE hub_undo_seen")
    plan.execute(_FOLD, [plan.sets])
    kinds = {table: facts for table, *facts in plan.fetch(_KINDS)}
    known = tables(kinds)
    for name, table in known.items():
        _collect(plan, table, *kinds[name])
    if unknown := sorted(set(kinds) - set(known)):
        plan.execute(_UNKNOWN, [unknown])
    plan.execute("DROP TABLE hub_undo_seen")


def _collect(plan: UndoPlan, table: Table, made: bool, gone: bool, written: list[str] | None) -> None:
    statements = [_DELETE] * made + [_RETURN, _KEY_TAKEN] * gone
    statements += [_RESTORE, _DELETED_SINCE] * bool(written) + [_NOT_KEPT] * bool({*(written or ())} & {*table.secrets})
    columns = [column for column in written or () if column in table.restorable]
    forgotten = [column for column in written or () if column not in columns]
    for statement in statements:
        filled = statement.format(
            table=table.sql,
            key=table.key,
            stamp=table.stamp,
            text=text(table.name),
            name_then=table.name_in("c.before"),
            name_before=table.name_in("s.former"),
            secrets=array(table.secrets),
            forgotten=array(forgotten),
            same=_same(columns),
        )
        plan.execute(filled)


def array(names: list[str]) -> str:
    """SQL for a list of names."""
    return f"ARRAY[{', '.join(text(name) for name in names)}]::text[]"


def _same(columns: list[str]) -> str:
    """SQL for the names of the columns that hold their former value (`p`) already (`r`)."""
    parts = [f"CASE WHEN p.{quoted(c)} IS NOT DISTINCT FROM r.{quoted(c)} THEN {text(c)} END" for c in columns]
    return f"ARRAY[{', '.join(parts)}]::text[]"
