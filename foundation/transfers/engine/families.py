"""Records that hang below each other: parents named anywhere in the file, circles, and refused parents.

A name means a record as it will be called after the import. A circle is looked for in the tree as it will stand: rows
that are refused leave their records where they are, which may close another circle, so it is done until none is left.
"""

from __future__ import annotations

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, execute, fetch, inlined, literal, quoted
from foundation.transfers.engine.staging import DEPTH_COLUMNS

LINES_SHOWN = 20


def find_parents(layout: Layout) -> None:
    """Make `parents (_line, id, found, place)` for rows that name their parent by a text."""
    execute("CREATE TEMP TABLE parents (_line bigint, id bigint, found bigint, place smallint) ON COMMIT DROP")
    if layout.tree is None:
        return
    for cell in layout.tree_cells:
        field = cell.lookup.field
        column = quoted(str(layout.model._meta.get_field(field).column))  # type: ignore[union-attr]
        rows = inlined(
            cell.lookup.rows_for(layout.options).order_by().annotate(_n=Lower(field)).values_list("pk", "_n")
        )
        execute(f"""
            WITH wanted AS (
                SELECT f._line, lower({cell.raw}) AS name FROM fresh f
                WHERE {cell.filled} AND {layout.counts(cell)}
            ), name AS (SELECT DISTINCT name FROM wanted), candidate AS (
                SELECT t.id, t.name FROM name JOIN ({rows}) t(id, name) ON t.name = name.name
                WHERE NOT EXISTS (SELECT 1 FROM draft d WHERE d.id = t.id)
                UNION ALL SELECT d.id, lower(d.{column}) FROM draft d JOIN name ON lower(d.{column}) = name.name
            )
            INSERT INTO parents
            SELECT w._line, CASE WHEN count(c.id) = 1 THEN min(c.id) END, count(c.id), {cell.number}
            FROM wanted w LEFT JOIN candidate c ON c.name = w.name GROUP BY w._line
        """)
    execute("ANALYZE parents")


def judge_parents(names: Names, layout: Layout) -> None:
    """Names nobody bears, or several."""
    for cell in layout.tree_cells:
        several = _("%(count)s records are called “%(value)s”.")
        for broken, sentence in (("= 0", str(cell.lookup.missing)), ("> 1", several)):
            execute(f"""
                INSERT INTO {names.errors}
                SELECT f._line, {cell.number}, {literal(cell.column.column_name)}, {cell.raw}, 'parent',
                       replace(replace({literal(sentence)}, '%(count)s', p.found::text), '%(value)s', {cell.raw})
                FROM parents p JOIN fresh f ON f._line = p._line
                WHERE p.place = {cell.number} AND p.found {broken}
            """)


def judge_families(names: Names, layout: Layout) -> None:
    """Refuse children of refused new parents, and circles, until there are no more."""
    execute(f"CREATE INDEX ON {names.errors} (_line)")
    execute(f"ANALYZE {names.errors}")
    if layout.tree is None:
        return
    while _refuse_circles(names, layout, _has_no_parent(names, layout)):
        pass
    if not _is_anything_kept_out(names):
        return
    while _refuse_orphans(names, layout) + _refuse_circles(names, layout, refused(names, "r._line")):
        pass


def _is_anything_kept_out(names: Names) -> bool:
    """Whether some row does not come in. If all do, nobody lacks a parent, and the circles are those looked for."""
    ((is_any,),) = fetch(f"SELECT EXISTS (SELECT 1 FROM {names.errors}) OR EXISTS (SELECT 1 FROM {names.left})")
    return bool(is_any)


def _has_no_parent(names: Names, layout: Layout) -> str:
    """SQL: the parent itself is wrong. Who mends other errors should not hear of a circle only after that."""
    places = ", ".join(str(cell.number) for cell in layout.tree.cells) if layout.tree else ""
    return f"""EXISTS (SELECT 1 FROM {names.errors} e
        WHERE e._line = r._line AND (e.place IN ({places}) OR e.code = 'circle'))"""


def refused(names: Names, line: str) -> str:
    """SQL: the row of this line is refused."""
    return f"EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = {line})"


def _refuse_orphans(names: Names, layout: Layout) -> int:
    """Refuse rows below a new record that does not come in, and below those in turn."""
    assert layout.tree is not None  # noqa: S101  (asked for trees only)
    parent = layout.tree.column
    sentence = literal(
        _("Its parent on line %(line)s does not come in. Mend that row first.") % {"line": "%(line)s"},
    )
    return execute(f"""
        INSERT INTO {names.errors}
        WITH RECURSIVE lost(id, _line) AS (
            (SELECT r.id, r._line FROM {names.rows} r WHERE r._new AND {refused(names, "r._line")}
             UNION SELECT a.id, a._line FROM astray a WHERE a._new
             UNION SELECT l.id, l._line FROM {names.left} l WHERE l._new)
            UNION
            SELECT r.id, r._line FROM lost JOIN {names.rows} r ON r.{parent} = lost.id WHERE r._new
        )
        SELECT r._line, NULL::smallint, {literal(_column(layout))}, '', 'parent_refused',
               replace({sentence}, '%(line)s', min(lost._line)::text)
        FROM {names.rows} r JOIN lost ON lost.id = r.{parent}
        WHERE NOT EXISTS (
            SELECT 1 FROM {names.errors} e WHERE e._line = r._line AND e.code IN ('parent_refused', 'circle')
        )
        GROUP BY r._line
    """)


# Every record has one parent, so the records met on the way up from one on a circle are just those of the circle. A
# circle has a row whose parent stands further down in the file, or is the row itself, or is not in the file at all; and
# this last only where a record of the file was in the tree before. So in a file that names parents first nobody walks.
_GOOD = """
    CREATE TEMP TABLE good ON COMMIT DROP AS
    SELECT r.id, r._line, r._new, r.{parent} AS parent FROM {rows} r WHERE NOT {refused};
    CREATE UNIQUE INDEX ON good (id);
    ANALYZE good
"""
_CIRCLES = """
    WITH RECURSIVE walk(start, node) AS (
        SELECT g.id, g.parent FROM good g LEFT JOIN good p ON p.id = g.parent
        LEFT JOIN (SELECT DISTINCT k.parent FROM good k) below ON below.parent = g.id
        WHERE g.parent IS NOT NULL AND (NOT g._new OR below.parent IS NOT NULL) AND (
            p._line >= g._line
            OR (p.id IS NULL AND EXISTS (SELECT 1 FROM good m WHERE NOT m._new AND m.parent IS NOT NULL))
        )
        UNION
        SELECT w.start, above.parent FROM walk w CROSS JOIN LATERAL (
            SELECT g.parent FROM good g WHERE g.id = w.node
            UNION ALL
            SELECT t.{parent} FROM {table} t
            WHERE t.{key} = w.node AND NOT EXISTS (SELECT 1 FROM good g WHERE g.id = w.node)
        ) above
        WHERE w.node <> w.start AND above.parent IS NOT NULL
    ), circle AS (
        SELECT w.start, array_agg(g.id) AS members, array_agg(g._line ORDER BY g._line) AS lines
        FROM walk w JOIN good g ON g.id = w.node
        WHERE w.start IN (SELECT start FROM walk WHERE node = start) GROUP BY w.start
    )
    SELECT DISTINCT ON (g._line) g._line, NULL::smallint, {column}, '', 'circle', CASE
        WHEN g.parent = g.id THEN replace({own}, '%(name)s', {name})
        WHEN cardinality(c.lines) = 1 THEN replace(replace({below}, '%(name)s', {name}), '%(parent)s', {parent_name})
        ELSE replace({lines}, '%(lines)s', array_to_string(c.lines[1:{shown}], ', ')) END
    FROM circle c CROSS JOIN LATERAL unnest(c.members) member JOIN good g ON g.id = member JOIN {rows} r ON r.id = g.id
    LEFT JOIN {table} p ON p.{key} = g.parent
"""


def _refuse_circles(names: Names, layout: Layout, standing: str) -> int:
    """Refuse rows on a circle of the tree as it would be if the rows of `standing` kept their place."""
    assert layout.tree is not None  # noqa: S101  (asked for trees only)
    name = quoted(layout.resource.tree_name)
    execute("DROP TABLE IF EXISTS pg_temp.good")
    execute(_GOOD.format(parent=layout.tree.column, rows=names.rows, refused=standing))
    return execute(
        f"INSERT INTO {names.errors} "
        + _CIRCLES.format(
            rows=names.rows,
            parent=layout.tree.column,
            table=layout.table,
            key=layout.key,
            column=literal(_column(layout)),
            name=f"coalesce(r.{name}, '')",
            parent_name=f"coalesce(p.{name}, '')",
            own=literal(_("Circular reference detected. '%(name)s' cannot be its own parent.") % _kept("name")),
            below=literal(
                _("Circular reference detected. '%(parent)s' cannot be a parent of '%(name)s' because it is its child.")
                % _kept("name", "parent")
            ),
            lines=literal(
                _("Circular reference detected. The lines %(lines)s are each other's parents.") % _kept("lines")
            ),
            shown=LINES_SHOWN,
        )
    )


def _kept(*places: str) -> dict[str, str]:
    """Leaves the places of a sentence for SQL to fill."""
    return {place: f"%({place})s" for place in places}


def _column(layout: Layout) -> str:
    assert layout.tree is not None  # noqa: S101
    return str(layout.tree.cells[0].column.column_name)


def measure_depth(names: Names, layout: Layout) -> None:
    """Write down how deep each new row hangs below other new ones: parents are inserted first."""
    execute(f"CREATE UNLOGGED TABLE {names.depth} ({DEPTH_COLUMNS})")
    if layout.tree is None:
        return
    parent = layout.tree.column
    execute(f"""
        INSERT INTO {names.depth}
        WITH RECURSIVE below(id, _line, depth) AS (
            SELECT r.id, r._line, 1 FROM {names.rows} r JOIN {names.rows} p ON p.id = r.{parent} AND p._state = 'new'
            WHERE r._state = 'new' AND NOT EXISTS (
                SELECT 1 FROM {names.rows} g WHERE g.id = p.{parent} AND g._state = 'new'
            )
            UNION ALL
            SELECT r.id, r._line, b.depth + 1
            FROM below b JOIN {names.rows} r ON r.{parent} = b.id WHERE r._state = 'new'
        )
        SELECT id, _line, depth FROM below
    """)
    execute(f"CREATE INDEX ON {names.depth} (depth, _line)")
    execute(f"ANALYZE {names.depth}")
