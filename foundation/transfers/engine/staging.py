"""From the stored file into the staging table, and out of it what is known to be unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from foundation.transfers.engine.drafting import present_links
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.numbers import plain_number
from foundation.transfers.engine.sql import MANY_ROWS, Names, execute, fetch, literal, quoted

ROWS_PER_REPORT = 5_000
ERROR_COLUMNS = "_line bigint, place smallint, column_name text, value text, code text, message text"
DEPTH_COLUMNS = "id bigint PRIMARY KEY, _line bigint, depth integer"
MISSING_COLUMNS = "model text, field text, place smallint, key text, name text, id bigint, used boolean"

# one staged row: line, number of the record, what is wrong with the row as such, its cells
StagedRow = tuple[int, int, str | None, list[str | None]]


def make_tables(names: Names, layout: Layout) -> None:
    """Make the tables of a run anew. Unlogged: the stored file is the truth, and they cost no write-ahead log."""
    drop_tables(names)
    _drop_temporary()
    cells = "".join(f", {cell.name} text" for cell in layout.cells)
    execute(f"CREATE UNLOGGED TABLE {names.raw} (_line bigint, _number bigint, _problem text{cells})")
    execute(f"CREATE UNLOGGED TABLE {names.errors} ({ERROR_COLUMNS})")
    execute(f"CREATE UNLOGGED TABLE {names.missing} ({MISSING_COLUMNS})")


def drop_tables(names: Names) -> None:
    """Forget what was staged."""
    execute(f"DROP TABLE IF EXISTS {', '.join(names.all())}")


def _drop_temporary() -> None:
    """Tables of an earlier check in the same transaction."""
    of_session = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'"
    if tables := [quoted(name) for (name,) in fetch(of_session)]:
        execute(f"DROP TABLE {', '.join(f'pg_temp.{table}' for table in tables)}")


def copy_rows(names: Names, layout: Layout, rows: Iterable[StagedRow], on_rows: Callable[[int], None]) -> int:
    """Stream rows into the staging table; return how many."""
    count = 0
    columns = ", ".join(["_line", "_number", "_problem", *(cell.name for cell in layout.brought)])
    with connection.cursor() as cursor, cursor.copy(f"COPY {names.raw} ({columns}) FROM STDIN") as copy:
        for line, number, problem, cells in rows:
            copy.write_row((line, number, problem, *cells))
            count += 1
            if count % ROWS_PER_REPORT == 0:
                on_rows(count)
    on_rows(count)
    return count


def find_unchanged(names: Names, layout: Layout, read: int) -> None:
    """Give each readable row its hash, and its record where a seal says that nothing has changed on either side."""
    # Fresh tables and fresh seals have no statistics: the planner would look up each of many rows by itself.
    execute(f"SET LOCAL enable_nestloop = {'off' if read > MANY_ROWS else 'on'}")
    cells = ", ".join(cell.name for cell in layout.cells)
    seals = f"""LEFT JOIN (
        transfers_seal s JOIN {layout.table} t ON t.{layout.key} = s.record AND t.version = s.version
            AND s.links IS NOT DISTINCT FROM {links_hash(layout)}
    ) ON s.layout = {layout.number} AND s.hash = h.hash"""
    record = "s.record, s.version"
    if layout.options.check_everything or not layout.has_seals:
        seals, record = "", "NULL::bigint AS record, NULL::integer AS version"
    hashed = f"SELECT _line, md5(ROW({cells})::text)::uuid AS hash FROM {names.raw} WHERE _problem IS NULL"
    execute(f"""
        CREATE UNLOGGED TABLE {names.seen} AS
        SELECT h._line, h.hash, {record} FROM ({hashed} OFFSET 0) h {seals}
    """)  # without OFFSET the hash would be computed twice: for the comparison and for the table
    execute(f"""
        CREATE TEMP TABLE fresh ON COMMIT DROP AS
        SELECT r.*, s.hash AS _hash{_numbers(layout)}
        FROM {names.raw} r JOIN {names.seen} s USING (_line) WHERE s.record IS NULL
    """)
    execute("SET LOCAL enable_nestloop = on")
    execute("ANALYZE fresh (_line)")  # how many rows there are is what counts; looking at every cell takes longer


def _numbers(layout: Layout) -> str:
    """SQL of the plain numbers among the cells of `r`: read once, here, and asked for in many places."""
    cells = [cell for cell in layout.cells if cell.is_number]
    return "".join(f", {plain_number(f'r.{cell.name}', cell.field)} AS {cell.number_name}" for cell in cells)


def is_nothing_new(names: Names) -> bool:
    """Whether every row is known to be unchanged, and none stands there twice: then there is nothing to look at."""
    ((others,),) = fetch(f"""
        SELECT EXISTS (SELECT 1 FROM {names.raw} WHERE _problem IS NOT NULL)
            OR EXISTS (SELECT 1 FROM fresh)
            OR EXISTS (SELECT 1 FROM {names.seen} GROUP BY record HAVING count(*) > 1)
    """)
    return not others


def make_empty_rows(names: Names, layout: Layout) -> None:
    """The tables that the look at the rows would have made."""
    fields = ", ".join(f"t.{quoted(str(known.column))}" for known in layout.fields)
    links = "".join(f", NULL::bigint[] AS k{cell.number}" for cell in layout.links)
    execute(f"""
        CREATE UNLOGGED TABLE {names.rows} AS
        SELECT 0::bigint AS _line, 0::bigint AS _number, NULL::uuid AS _hash, false AS _new, t.version AS _version,
               t.{layout.key} AS id, {fields}{links}, NULL::uuid AS _links, ''::text AS _state
        FROM {layout.table} t WHERE false;
        CREATE UNLOGGED TABLE {names.left} (_line bigint, id bigint, _new boolean);
        CREATE UNLOGGED TABLE {names.depth} ({DEPTH_COLUMNS})
    """)


def refuse_unreadable(names: Names) -> None:
    """Rows whose very form is wrong."""
    execute(f"""
        INSERT INTO {names.errors} SELECT _line, NULL, '', '', 'form', _problem FROM {names.raw}
        WHERE _problem IS NOT NULL
    """)


def seal(names: Names, layout: Layout, condition: str) -> int:
    """Remember rows that say what their records hold now; `condition` chooses among the rows `r`."""
    if not layout.has_seals:
        return 0
    join, key = layout.resource.written_as
    return execute(f"""
        INSERT INTO transfers_seal (layout, hash, record, version, links)
        SELECT DISTINCT ON (r._hash) {literal(layout.number)}, r._hash, {key}, t.version, {links_hash(layout)}
        FROM {names.rows} r {join} JOIN {layout.table} t ON t.{layout.key} = {key} WHERE {condition}
        ON CONFLICT (layout, hash) DO UPDATE SET record = EXCLUDED.record, version = EXCLUDED.version,
            links = EXCLUDED.links
    """)


def links_hash(layout: Layout) -> str:
    """SQL of a hash of what the record `t` is linked with, of which its version says nothing; null without links."""
    linked = ", ".join(f"({present_links(layout, cell)})" for cell in layout.links)
    return f"md5(ROW({linked})::text)::uuid" if linked else "NULL::uuid"


def is_staged(names: Names, rows: int) -> bool:
    """Whether the tables hold what was staged: after a crash of the database unlogged tables are empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [names.rows])
        if not cursor.fetchone()[0]:
            return False
    return rows == 0 or bool(_any(f"SELECT EXISTS (SELECT 1 FROM {names.raw})"))


def _any(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
