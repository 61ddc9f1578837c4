"""What was checked, written: in slices, inside the caller's one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from foundation.jobs.crash_points import crash_point
from foundation.transfers.columns import Link
from foundation.transfers.engine import creating, staging
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.matching import attribute, is_text, usable
from foundation.transfers.engine.sql import MANY_ROWS, Names, execute, fetch, inlined, prepare_session, quoted, typed

ROWS_PER_SLICE = 5_000
Slice = tuple[int, int, int]  # depth, first line, last line

OnSlice = Callable[[int], None]


def apply(names: Names, layout: Layout, on_rows: OnSlice) -> tuple[dict[str, int], dict[str, Any]]:
    """Write all good rows; `on_rows` hears after each slice how many are done, and may raise to call it all off.

    Returns how many records were made on the way, by kind, and what the resource noted at its end.
    """
    prepare_session()
    created = creating.insert_used(names)
    done = 0
    for depth, first, last in list(_slices(names, "new")):
        done += _insert(names, layout, depth, first, last)
        crash_point("transfers.slice")
        on_rows(done)
    _move(names, layout)
    for _depth, first, last in list(_slices(names, "changed")):
        done += _update(names, layout, first, last)
        crash_point("transfers.slice")
        on_rows(done)
    for _depth, first, last in list(_slices(names, "deleted")):
        done += _delete(names, layout, first, last)
        crash_point("transfers.slice")
        on_rows(done)
    layout.resource.written(names, layout)
    staging.seal(names, layout, "r._state IN ('new', 'changed')")
    return created, layout.resource.finish(layout.options) if done else {}


def refresh_statistics(layout: Layout, written: int) -> None:
    """Have the database look at a table that has grown or changed a lot; outside a transaction, for it holds a lock.

    Its own process comes round within a minute. Who imports at once again, or looks at the list, does not wait for it.
    """
    if written > MANY_ROWS and layout.model._meta.managed:
        execute(f"ANALYZE {layout.table}")


def is_stale(names: Names, layout: Layout) -> bool:
    """Whether something has changed since the check that could make a difference to it."""
    # Counted, though one is enough: asked for one, the planner hopes to meet it soon and compares each with each.
    ((others,),) = fetch(f"""
        SELECT count(*) FROM {names.rows} r LEFT JOIN {layout.table} t ON t.{layout.key} = r.id
        WHERE r._state IN ('changed', 'deleted')
            AND (t.version IS DISTINCT FROM r._version OR r._links IS DISTINCT FROM {staging.links_hash(layout)})
    """)
    if others or not layout.resource.is_current(names, layout):
        return True
    return creating.exists_now(names) or _is_known_now(names, layout)


def _is_known_now(names: Names, layout: Layout) -> bool:
    """Whether somebody has made a record that a new row means."""
    for identity in usable(layout):
        if identity.must_exist:
            continue
        shown = [attribute(layout, name) for name in identity.fields]
        visible = inlined(layout.resource.visible(layout.options).order_by().values("pk", *shown))
        same = " AND ".join(_same(layout, name, needed=name in identity.needed) for name in identity.fields)
        filled = " AND ".join(_filled(layout, name) for name in identity.needed)
        if identity.unless:
            filled += f" AND r.{quoted(_column(layout, identity.unless))} = ''"
        join = f"SELECT count(*) FROM {names.rows} r JOIN ({visible}) t ON {same} WHERE r._state = 'new' AND {filled}"
        if fetch(join)[0][0]:
            return True
    return False


def _filled(layout: Layout, name: str) -> str:
    """SQL: the row says something, and the record does too, which lets indexes serve that leave blank ones out."""
    column = quoted(_column(layout, name))
    known = f" AND t.{column} <> ''" if is_text(layout.model._meta.get_field(name)) else ""
    return f"coalesce(r.{column}::text, '') <> ''{known}"


def _column(layout: Layout, name: str) -> str:
    return str(layout.model._meta.get_field(name).column)  # type: ignore[union-attr]


def _same(layout: Layout, name: str, *, needed: bool) -> str:
    """SQL: record and row have the same. A filled field is compared plainly: rows are joined by no other comparison."""
    known, column = layout.model._meta.get_field(name), quoted(_column(layout, name))
    if is_text(known):
        return f"lower(t.{column}) = lower(r.{column})"
    return f"t.{column} = r.{column}" if needed else f"t.{column} IS NOT DISTINCT FROM r.{column}"


def _slices(names: Names, state: str) -> Iterator[Slice]:
    """Bundles of rows in the order of the file, parents before children."""
    yield from fetch(f"""
        SELECT depth, min(_line), max(_line) FROM (
            SELECT r._line, coalesce(d.depth, 0) AS depth,
                   (row_number() OVER (PARTITION BY coalesce(d.depth, 0) ORDER BY r._line) - 1)
                       / {ROWS_PER_SLICE} AS slice
            FROM {names.rows} r LEFT JOIN {names.depth} d ON d.id = r.id WHERE r._state = '{state}'
        ) rows GROUP BY depth, slice ORDER BY depth, slice
    """)


def _insert(names: Names, layout: Layout, depth: int, first: int, last: int) -> int:
    columns = ", ".join(quoted(str(known.column)) for known in layout.fields)
    values = ", ".join(f"r.{quoted(str(known.column))}" for known in layout.fields)
    lines = f"BETWEEN {first} AND {last}"
    below = f"SELECT 1 FROM {names.depth} d WHERE d.id = r.id"
    chosen = f"r._state = 'new' AND r._line {lines} AND NOT EXISTS ({below})"
    if depth:
        chosen = f"r.id IN (SELECT d.id FROM {names.depth} d WHERE d.depth = {depth} AND d._line {lines})"
    if (written := layout.resource.write(names, layout, chosen)) is not None:
        return written
    count = execute(f"""
        INSERT INTO {layout.table} ({layout.key}, {columns})
        SELECT r.id, {values} FROM {names.rows} r WHERE {chosen} ORDER BY r._line
    """)
    for cell in layout.links:
        _link(names, cell, chosen)
    return count


def _move(names: Names, layout: Layout) -> None:
    """Hang existing records elsewhere in one statement: half of the moves may be a circle where all are none."""
    if layout.tree is None:
        return
    parent = layout.tree.column
    _write(names, layout, f"r._state = 'changed' AND t.{parent} IS DISTINCT FROM r.{parent}")


def _write(names: Names, layout: Layout, chosen: str) -> None:
    written = [quoted(str(known.column)) for known in layout.written()]
    ours, theirs = (", ".join(f"{row}.{column}" for column in written) for row in ("r", "t"))
    if written:
        execute(f"""
            UPDATE {layout.table} t SET ({", ".join(written)}) = ROW({ours}) FROM {names.rows} r
            WHERE {chosen} AND t.{layout.key} = r.id AND ROW({theirs}) IS DISTINCT FROM ROW({ours})
        """)


def _update(names: Names, layout: Layout, first: int, last: int) -> int:
    chosen = f"r._state = 'changed' AND r._line BETWEEN {first} AND {last}"
    if (written := layout.resource.write(names, layout, chosen)) is not None:
        return written
    _write(names, layout, chosen)
    for cell in layout.links:
        _link(names, cell, chosen)
    return int(fetch(f"SELECT count(*) FROM {names.rows} r WHERE {chosen}")[0][0])


def _delete(names: Names, layout: Layout, first: int, last: int) -> int:
    """Delete records as Django does: what refers to them goes along or loses them, a hundred at a time."""
    query = f"SELECT r.id FROM {names.rows} r WHERE r._state = 'deleted' AND r._line BETWEEN {first} AND {last}"
    keys = [key for (key,) in fetch(query)]
    layout.model._base_manager.filter(pk__in=keys).delete()
    return len(keys)


def _link(names: Names, cell: Cell, chosen: str) -> None:
    """Make the table between say what the cell says: what is gone goes, what is missing comes, order is corrected."""
    link = cell.column.link
    keys = f"r.k{cell.number}"
    execute(f"""
        DELETE FROM {link.table} w USING {names.rows} r
        WHERE {chosen} AND w.{link.owner_column} = r.id AND NOT w.{link.target_column} = ANY ({keys})
    """)
    select = f"""SELECT r.id, n.id, n.place FROM {names.rows} r, unnest({keys}) WITH ORDINALITY n(id, place)
        WHERE {chosen} ORDER BY r._line, n.place"""
    execute(upsert(link, select))


def upsert(link: Link, select: str) -> str:
    """INSERT of links (owner, target, place) that leaves those alone that are there, but for their place."""
    columns, values = [link.owner_column, link.target_column], ["chosen.owner", "chosen.target"]
    for known in link.through._meta.concrete_fields:
        if known.name == link.position:
            columns.append(quoted(str(known.column)))
            values.append("chosen.place")
        elif not (known.primary_key or known.generated or known.has_db_default()) and known.name not in link.ends:
            columns.append(quoted(str(known.column)))
            values.append(typed(known.get_default(), known))
    once = ", ".join(link.once_columns)
    place = quoted(str(link.through._meta.get_field(link.position).column)) if link.position else ""  # type: ignore[union-attr]
    change = f"UPDATE SET {place} = EXCLUDED.{place} WHERE w.{place} <> EXCLUDED.{place}" if place else "NOTHING"
    return (
        f"INSERT INTO {link.table} AS w ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM ({select}) chosen(owner, target, place) ON CONFLICT ({once}) DO {change}"
    )
