"""What an undo must not do: each check takes rows (or single fields) out of the plan and writes down why.

Checks are set statements, a constant number per table. Leaving one row can leave another without its ground (a record
stays, so what it points to stays too), therefore they are repeated until none finds anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from foundation.changes.triggers import BOOKKEEPING, quoted, text
from foundation.transfers.undo.collecting import array
from foundation.transfers.undo.facts import Link, Table, UniqueIndex, links_to, unique_indexes

if TYPE_CHECKING:
    from foundation.transfers.undo.plan import UndoPlan, Work

# {bad} gives n and what is said of it. A field is taken out of a row to restore; any other row is left as a whole.
_HOLD = """
WITH bad(n, columns, kind, set_id, other, other_key, others, detail) AS MATERIALIZED ($bad),
said AS (
    INSERT INTO $left ("table", key, name, columns, kind, action, set_id, other, other_key, others, detail)
    SELECT w."table", w.key, w.name, coalesce(b.columns, '{}'), b.kind, w.action, b.set_id, b.other,
           b.other_key, b.others, coalesce(b.detail, '')
    FROM bad b JOIN $rows w USING (n) ORDER BY b.n
), each_row AS (
    SELECT b.n, array_agg(c.name) FILTER (WHERE c.name IS NOT NULL) AS columns, bool_or(b.columns IS NULL) AS whole
    FROM bad b LEFT JOIN LATERAL unnest(b.columns) AS c(name) ON true GROUP BY b.n
)
UPDATE $rows w
SET former = CASE WHEN w.action = 'restore' AND NOT e.whole THEN w.former - e.columns ELSE w.former END,
    is_left = w.action <> 'restore' OR e.whole OR w.former - e.columns = '{}'
FROM each_row e WHERE w.n = e.n
"""

# `others`: changes that somebody else made of a field after the run's first change of it. An undo that put back what
# the run had written takes those changes away again, from the one (`back_to`) that had found this value.
_CHANGED = """
WITH others AS MATERIALIZED (
    SELECT w.n, w.action, k.name, c.id, c.set_id, o.source, c.before -> k.name AS had, to_jsonb(r) -> k.name AS now
    FROM $rows w
    JOIN changes_change c ON c.key = w.key AND c."table" = w."table" AND c.id > w.first_id AND c.set_id <> ALL (%s)
    JOIN changes_changeset o ON o.id = c.set_id
    JOIN {table} r ON r.{key} = w.key
    CROSS JOIN LATERAL jsonb_object_keys(
        CASE WHEN w.action = 'restore' THEN w.former WHEN c.before IS NULL THEN to_jsonb(r) ELSE c.before END
        - {bookkeeping}
    ) AS k(name)
    WHERE w."table" = {text} AND w.action IN ('delete', 'restore') AND NOT w.is_left
      AND (c.operation = 'insert' OR c.before ? k.name) AND c.id > coalesce((w.firsts ->> k.name)::bigint, w.first_id)
), newest AS (
    SELECT n, name, (array_agg(source ORDER BY id DESC))[1] = 'undo' AS is_put_back,
           min(id) FILTER (WHERE had = now) AS back_to
    FROM others GROUP BY n, name
), standing AS (
    SELECT DISTINCT ON (o.n, o.name) o.n, o.action, o.name, o.set_id
    FROM others o JOIN newest USING (n, name)
    WHERE NOT is_put_back OR back_to IS NULL OR o.id < back_to
    ORDER BY o.n, o.name, o.source = 'undo', o.id DESC
)
SELECT n, array_agg(name ORDER BY name), 'changed', max(set_id), NULL, NULL::bigint, NULL::bigint, NULL
FROM standing GROUP BY n, CASE WHEN action = 'restore' THEN set_id END
"""
_MOVED = """
WITH locked AS MATERIALIZED (
    SELECT r.{key} AS key, {stamp} AS stamp FROM {table} r
    WHERE r.{key} IN (
        SELECT w.key FROM $rows w WHERE w."table" = {text} AND w.action IN ('delete', 'restore') AND NOT w.is_left
    ) ORDER BY r.{key} FOR UPDATE
)
SELECT w.n, NULL::text[], 'moved', NULL::bigint, NULL, NULL::bigint, NULL::bigint, NULL
FROM $rows w LEFT JOIN locked l ON l.key = w.key
WHERE w."table" = {text} AND w.action IN ('delete', 'restore') AND NOT w.is_left AND l.stamp IS DISTINCT FROM w.stamp
"""
_PRESENT = """
SELECT w.n, NULL::text[], 'key', NULL::bigint, NULL, NULL::bigint, NULL::bigint, NULL
FROM $rows w JOIN {table} r ON r.{key} = w.key
WHERE w."table" = {text} AND w.action = 'return' AND NOT w.is_left
"""
_REFERRED = """
SELECT w.n, NULL::text[], 'referred', NULL::bigint, {other_text}, min({other_key})::bigint, count(*), NULL
FROM $rows w JOIN {table} r ON r.{key} = w.key JOIN {other} c ON c.{column} = r.{target_column}
WHERE w."table" = {text} AND w.action = 'delete' AND NOT w.is_left {unless_undone}
GROUP BY w.n
"""
_UNLESS_UNDONE = """AND NOT EXISTS (
    SELECT 1 FROM $rows x WHERE x."table" = {other_text} AND x.key = c.{other_pk} AND NOT x.is_left
      AND (x.action = 'delete' OR (x.action = 'restore' AND x.former ? {column_text}))
)"""
_DANGLING = """
SELECT w.n, ARRAY[{column_text}]::text[], 'dangling', NULL::bigint, NULL, NULL::bigint, NULL::bigint, NULL
FROM $rows w
WHERE w."table" = {text} AND w.action IN ('restore', 'return') AND NOT w.is_left
  AND w.former ->> {column_text} IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM {target} g WHERE {points} AND NOT EXISTS (
        SELECT 1 FROM $rows x WHERE x."table" = {target_text} AND x.action = 'delete' AND NOT x.is_left AND {x_is_it})
  ) AND NOT EXISTS (
    SELECT 1 FROM $rows x WHERE x."table" = {target_text} AND x.action = 'return' AND NOT x.is_left AND {x_is_it})
"""
# The other row as it will be: those that are deleted, or that give the value back themselves, do not count.
_TAKEN = """
SELECT wanted.n, {columns}, 'taken', NULL::bigint, {text}, min(there.key)::bigint, NULL::bigint, NULL
FROM (
    SELECT w_n AS n, w_key AS key, {wanted_values} FROM (
        SELECT w.n AS w_n, w.key AS w_key, p.* FROM $rows w
        LEFT JOIN {table} r ON r.{key} = w.key
        CROSS JOIN LATERAL jsonb_populate_record(r, w.former) p
        WHERE w."table" = {text} AND NOT w.is_left
          AND (w.action = 'return' OR (w.action = 'restore' AND w.former ?| {columns}))
    ) wanted_rows WHERE {condition}
) wanted
CROSS JOIN LATERAL (SELECT {key} AS key FROM {table} WHERE {same} AND {condition}) there
WHERE there.key <> wanted.key AND NOT EXISTS (
    SELECT 1 FROM $rows x WHERE x."table" = {text} AND x.key = there.key AND NOT x.is_left
      AND (x.action = 'delete' OR (x.action = 'restore' AND x.former ?| {columns}))
)
GROUP BY wanted.n
"""
_ERASED = """
SELECT w.n, NULL::text[], 'erased', NULL::bigint, NULL, NULL::bigint, NULL::bigint, NULL
FROM $rows w JOIN changes_erasedrecord e ON e.key = w.key AND e."table" = w."table"
WHERE w.action <> 'delete' AND NOT w.is_left
"""
_REFUSED = "SELECT %s::bigint, NULL::text[], 'refused', NULL::bigint, NULL, NULL::bigint, NULL::bigint, %s::text"


def hold_changed(plan: UndoPlan, work: Work) -> None:
    """Leave what was erased, and what somebody else has changed since the run did."""
    hold(plan, _ERASED)
    for table in work.tables.values():
        if work.has(table.name, "delete") or work.has(table.name, "restore"):
            bad = _CHANGED.format(
                table=table.sql, key=table.key, text=text(table.name), bookkeeping=array([*BOOKKEEPING])
            )
            hold(plan, bad, [plan.sets])


def hold_moved(plan: UndoPlan, work: Work) -> None:
    """Lock the rows until the transaction ends; leave those that changed after the plan was made."""
    for table in work.tables.values():
        names = {"table": table.sql, "key": table.key, "text": text(table.name), "stamp": table.stamp}
        if work.has(table.name, "delete") or work.has(table.name, "restore"):
            hold(plan, _MOVED.format(**names))
        if work.has(table.name, "return"):
            hold(plan, _PRESENT.format(**names))


def hold_impossible(plan: UndoPlan, work: Work) -> None:
    """Leave rows that others need, that point to nothing, or whose values are taken, until nothing more is found."""
    checks = list(_checks(work))
    while sum([hold(plan, check) for check in checks]):
        pass


def hold_refused(plan: UndoPlan, number: int, sentence: str) -> None:
    """Leave one row that the database refuses to write back."""
    hold(plan, _REFUSED, [number, sentence])


def hold(plan: UndoPlan, bad: str, parameters: list[Any] | None = None) -> int:
    """Take what a check found out of the plan; return the number of rows."""
    return plan.execute(_HOLD.replace("$bad", bad), parameters)


def _checks(work: Work) -> Iterator[str]:
    for table in work.tables.values():
        if work.has(table.name, "delete"):
            yield from (_referred(table, link) for link in links_to(table.name))
        restored, returns = work.restored_columns(table.name), work.has(table.name, "return")
        for link in table.links:
            if returns or link.column in restored:
                yield _dangling(link)
    names = [name for name in work.tables if work.has(name, "return") or work.restored_columns(name)]
    for index in unique_indexes(names):
        if work.has(index.table, "return") or index.columns & work.restored_columns(index.table):
            yield _taken(work.tables[index.table], index)


def _referred(table: Table, link: Link) -> str:
    names = {"other_text": text(link.table), "column_text": text(link.column)}
    unless = _UNLESS_UNDONE.format(other_pk=quoted(link.key), **names) if link.key else ""
    return _REFERRED.format(
        table=table.sql,
        key=table.key,
        text=text(table.name),
        other=quoted(link.table),
        other_key=f"c.{quoted(link.key)}" if link.key else "NULL",
        column=quoted(link.column),
        target_column=quoted(link.target_column),
        unless_undone=unless,
        **names,
    )


def _dangling(link: Link) -> str:
    return _DANGLING.format(
        text=text(link.table),
        column_text=text(link.column),
        target=quoted(link.target),
        target_text=text(link.target),
        points=link.points_to(f"w.former ->> {text(link.column)}", of="g"),
        x_is_it=f"x.key::text = w.former ->> {text(link.column)}",
    )


def _taken(table: Table, index: UniqueIndex) -> str:
    return _TAKEN.format(
        table=table.sql,
        key=table.key,
        text=text(table.name),
        columns=array(sorted(index.columns)),
        condition=index.condition,
        wanted_values=", ".join(f"({e}) AS value_{i}" for i, e in enumerate(index.expressions)),
        same=" AND ".join(f"({e}) = wanted.value_{i}" for i, e in enumerate(index.expressions)),
    )
