"""Names of which the row decides what they mean, such as a department of the person's own customer.

`b3 (_line, place, name, found, id)` is what each name of a cell was found to mean, `k3 (_line, ids, unknown, doubtful)`
what each row's names come to.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from foundation.transfers.columns import Link, Scope
from foundation.transfers.engine.judgements import valued
from foundation.transfers.engine.judging import insert_errors
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.naming import name_in
from foundation.transfers.engine.sql import Names, execute, inlined, quoted

MOST_LINES = 20  # lines that a sentence names


def resolve(names: Names, layout: Layout) -> None:
    """Find out what such names mean, and write down those that nobody bears, or several."""
    for cell, scope in _scoped(layout):
        _collect_candidates(layout, cell, scope)
        _collect_pairs(layout, cell, scope)
        _choose(layout, cell, scope)
        _sum_up(cell)
        _judge_names(names, cell)


def linked(cell: Cell) -> str:
    """SQL of the keys a drafted row `d` is linked with."""
    drafted = f"d.k{cell.number}"
    return f"coalesce(k{cell.number}.ids, {drafted})" if cell.scope else drafted


def linking_joins(layout: Layout) -> str:
    """JOINs of drafted rows to what their names came to."""
    return " ".join(f"LEFT JOIN k{c.number} ON k{c.number}._line = d._line" for c, _scope in _scoped(layout))


def _scoped(layout: Layout) -> Iterator[tuple[Cell, Scope]]:
    yield from ((cell, cell.scope) for cell in layout.links if cell.scope)


def _collect_candidates(layout: Layout, cell: Cell, scope: Scope) -> None:
    """Make `l3 (name, id, holder)`: all records that bear one of the names."""
    widget = cell.lookup
    rows = widget.rows_for(layout.options).order_by()
    columns = "pk", f"{scope.holder}_id"
    known = inlined(rows.annotate(_name=Lower(widget.field)).values_list("_name", *columns))
    if widget.or_number:
        known += f" UNION ALL SELECT id::text, id, holder FROM ({inlined(rows.values_list(*columns))}) n(id, holder)"
    execute(f"""
        CREATE TEMP TABLE l{cell.number} ON COMMIT DROP AS
        SELECT n.name, t.id, coalesce(t.holder, 0) AS holder
        FROM (SELECT DISTINCT lower(unnest(value)) AS name FROM p{cell.number}) n
        JOIN ({known}) t(name, id, holder) ON t.name = n.name
    """)
    execute(f"ANALYZE l{cell.number}")


def _collect_pairs(layout: Layout, cell: Cell, scope: Scope) -> None:
    """Make `s3 (of, holder, rank)`: whose records fit the rows."""
    wanted = f"""SELECT DISTINCT {_of(layout, scope)} FROM draft d JOIN fresh f ON f._line = d._line
        WHERE {cell.filled}"""
    pairs = scope.pairs.replace("{wanted}", wanted)
    execute(f"CREATE TEMP TABLE s{cell.number} ON COMMIT DROP AS SELECT * FROM ({pairs}) s(of, holder, rank)")
    execute(f"ANALYZE s{cell.number}")


def _of(layout: Layout, scope: Scope) -> str:
    return f"coalesce(d.{quoted(str(layout.model._meta.get_field(scope.field).column))}, 0)"  # type: ignore[union-attr]


def _choose(layout: Layout, cell: Cell, scope: Scope) -> None:
    """Per name the nearest records that bear it: the one the record has, else by rank."""
    n, link = cell.number, cell.column.link
    execute(f"""
        CREATE TEMP TABLE b{n} ON COMMIT DROP AS
        WITH asked AS (
            SELECT d._line, d.id, {_of(layout, scope)} AS of, n.name, n.place
            FROM draft d JOIN fresh f ON f._line = d._line JOIN p{n} p ON p.cell = {cell.raw}
            CROSS JOIN LATERAL unnest(p.value) WITH ORDINALITY n(name, place) WHERE {_is_readable(layout, scope)}
        ), fitting AS (
            SELECT a._line, a.place, l.id, s.rank FROM asked a JOIN s{n} s ON s.of = a.of
            JOIN l{n} l ON l.holder = s.holder AND l.name = lower(a.name)
            UNION ALL
            SELECT a._line, a.place, l.id, -1 FROM asked a JOIN {link.table} w ON w.{link.owner_column} = a.id
            JOIN l{n} l ON l.id = w.{link.target_column} AND l.name = lower(a.name)
        ), nearest AS (
            SELECT _line, place, count(DISTINCT id) AS found, min(id) AS id
            FROM (SELECT *, min(rank) OVER (PARTITION BY _line, place) AS best FROM fitting) f
            WHERE rank = best GROUP BY _line, place
        )
        SELECT a._line, a.place, a.name, coalesce(b.found, 0) AS found, b.id
        FROM asked a LEFT JOIN nearest b ON b._line = a._line AND b.place = a.place
    """)


def _is_readable(layout: Layout, scope: Scope) -> str:
    """SQL: the row's own holder is known; where its cell is wrong, nobody can say what the names mean."""
    cells = layout.cells_of(scope.field)
    wrong = [
        f"""({cell.filled} AND {layout.counts(cell)} AND NOT EXISTS (
            SELECT 1 FROM l{cell.number} l WHERE l.name = {name_in(cell)} AND l.found = 1))"""
        for cell in cells
    ]
    return f"NOT ({' OR '.join(wrong) or 'false'})"


def _sum_up(cell: Cell) -> None:
    n = cell.number
    ids = "array_agg(id ORDER BY place)" if cell.column.link.position else "array_agg(DISTINCT id ORDER BY id)"
    execute(f"""
        CREATE TEMP TABLE k{n} ON COMMIT DROP AS
        SELECT _line, {ids} AS ids, array_agg(name ORDER BY place) FILTER (WHERE found = 0) AS unknown,
               array_agg(name ORDER BY place) FILTER (WHERE found > 1) AS doubtful
        FROM b{n} GROUP BY _line
    """)
    execute(f"ANALYZE k{n}")


def _judge_names(names: Names, cell: Cell) -> None:
    missing, several = str(cell.lookup.missing), _("Several records are called “%(value)s”.")
    for code, column, sentence in (("unknown", "unknown", missing), ("ambiguous", "doubtful", several)):
        named = f"array_to_string(k.{column}, '; ')"
        rest = f"JOIN k{cell.number} k ON k._line = f._line WHERE k.{column} IS NOT NULL"
        insert_errors(names, cell, code, valued(sentence, named), rest)


# --- records that have one owner at most ----------------------------------------------------------------------------


def judge_owners(names: Names, layout: Layout) -> None:
    """Write down who names a record that another one has, or that another row names as well."""
    for cell, _scope in _scoped(layout):
        link = cell.column.link
        if link.taken:
            _judge_taken(names, cell, link)
            _judge_doubled(names, cell, link)


def _claims(names: Names, cell: Cell, link: Link) -> str:
    """SELECT of (_line, name, id): what rows name that their record does not have yet."""
    return f"""SELECT b._line, b.name, b.id FROM b{cell.number} b JOIN {names.rows} r ON r._line = b._line
        WHERE b.found = 1 AND NOT EXISTS (
            SELECT 1 FROM {link.table} w WHERE w.{link.owner_column} = r.id AND w.{link.target_column} = b.id)"""


def _judge_taken(names: Names, cell: Cell, link: Link) -> None:
    rest = f"""JOIN ({_claims(names, cell, link)}) c ON c._line = f._line
        WHERE EXISTS (SELECT 1 FROM {link.table} w WHERE w.{link.target_column} = c.id)"""
    insert_errors(names, cell, "taken", valued(str(link.taken), "c.name"), rest)


def doubled_sentence() -> str:
    """Said of what several rows want to have, with %(value)s and %(lines)s."""
    return _("“%(value)s” is named on the lines %(lines)s: keep it on one of them.")


def _judge_doubled(names: Names, cell: Cell, link: Link) -> None:
    claims = _claims(names, cell, link)
    lines = f"""array_to_string(g.lines[1:{MOST_LINES}], ', ')
        || CASE WHEN cardinality(g.lines) > {MOST_LINES} THEN ' …' ELSE '' END"""
    sentence = f"replace({valued(doubled_sentence(), 'c.name')}, '%(lines)s', {lines})"
    rest = f"""JOIN ({claims}) c ON c._line = f._line JOIN (
            SELECT id, array_agg(DISTINCT _line ORDER BY _line) AS lines FROM ({claims}) c GROUP BY id
        ) g ON g.id = c.id WHERE cardinality(g.lines) > 1"""
    insert_errors(names, cell, "doubled", sentence, rest)
