"""All errors of all rows, each with its place: one statement per kind of error."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _

from foundation.transfers.columns import VERSION, changed_since
from foundation.transfers.declaration import Identity
from foundation.transfers.engine import drafting
from foundation.transfers.engine.judgements import column_for, judgements
from foundation.transfers.engine.layout import Cell, Layout
from foundation.transfers.engine.matching import joins, usable, value_in
from foundation.transfers.engine.sql import Names, execute, fetch, literal


def judge_identities(names: Names, layout: Layout) -> None:
    """Rows that name a record nobody knows, or several."""
    for number, identity in enumerate(usable(layout)):
        cell = layout.cells_of(identity.needed[0])[0]
        if identity.must_exist:
            where = f"LEFT JOIN m{number} m ON m._line = f._line WHERE {cell.filled} AND m._line IS NULL"
            insert_errors(names, cell, "unknown", literal(_nobody(layout, cell)), where)
        insert_errors(
            names,
            cell,
            "ambiguous",
            f"replace({literal(str(identity.ambiguous))}, '%(count)s', m.found::text)",
            f"JOIN m{number} m ON m._line = f._line WHERE m.found > 1",
        )


def _nobody(layout: Layout, cell: Cell) -> str:
    return _("There is no %(kind)s with the %(column)s %(value)s. Leave the %(column)s blank to make a new one.") % {
        "kind": layout.model._meta.verbose_name,
        "column": cell.column.column_name,
        "value": "%(value)s",
    }


def insert_errors(names: Names, cell: Cell, code: str, message: str, rest: str) -> None:
    """Write down one kind of error of one column; %(value)s in the message becomes the cell."""
    execute(f"""
        INSERT INTO {names.errors}
        SELECT f._line, {cell.number}, {literal(cell.column.column_name)}, coalesce({cell.raw}, ''), {literal(code)},
               replace({message}, '%(value)s', coalesce({cell.raw}, ''))
        FROM fresh f {rest}
    """)


def judge_cells(names: Names, layout: Layout) -> None:
    """What a cell cannot mean, and what is missing: every cell of every row that the draft found suspect."""
    if not fetch("SELECT EXISTS (SELECT 1 FROM suspect)")[0][0]:
        return
    found = list(judgements(layout, drafted="d._line IS NOT NULL", new="d._new"))
    execute(f"""
        INSERT INTO {names.errors}
        SELECT f._line, e.place::smallint, e.name, coalesce(e.value, ''), e.code, message
        FROM suspect s JOIN fresh f ON f._line = s._line LEFT JOIN draft d ON d._line = f._line
        {_short(drafting.cell_joins(layout))}
        CROSS JOIN LATERAL (VALUES {", ".join(f"({', '.join(judgement)})" for judgement in found)})
            e(bad, place, name, value, code, messages)
        CROSS JOIN LATERAL unnest(e.messages) message WHERE e.bad
    """)


def _short(joins: str) -> str:
    """Without the links a record has now, which need its table."""
    return " ".join(f"LEFT JOIN {join}" for join in joins.split("LEFT JOIN ")[1:] if not join.startswith("LATERAL"))


def judge_rules(names: Names, layout: Layout) -> None:
    """What the rules in Python objected to, under the columns they named."""
    places = [(cell.field.name, cell) for cell in layout.cells if cell.field is not None]
    shown = [f"({literal(n)}, {c.number}, {literal(c.column.column_name)})" for n, c in reversed(places)]
    judged = sorted({name for rule in layout.rules() for name in (*rule.reads, *rule.writes)})
    shown += [f"({literal(name)}, NULL, {literal(column_for(layout, name))})" for name in judged]
    known = ", ".join(["('', NULL::integer, '')", *shown])
    values = " ".join(["WHEN NULL THEN ''", *(f"WHEN {cell.number} THEN {cell.raw}" for _name, cell in places)])
    for number, _rule in enumerate(layout.rules()):
        execute(f"""
            INSERT INTO {names.errors}
            SELECT f._line, w.place::smallint, coalesce(w.name, ''), coalesce(CASE w.place {values} END, ''), 'rule',
                   message
            FROM draft d JOIN fresh f ON f._line = d._line
            JOIN r{number} r ON r.key = d._key{number} AND r.messages IS NOT NULL
            CROSS JOIN LATERAL jsonb_each(r.messages) said(field, messages)
            CROSS JOIN LATERAL jsonb_array_elements_text(said.messages) message
            LEFT JOIN (
                SELECT DISTINCT ON (field) * FROM (VALUES {known}) v(field, place, name) ORDER BY field, place
            ) w ON w.field = said.field
        """)


def judge_versions(names: Names, layout: Layout) -> None:
    """Rows, right in all else, that would change a record which is not the one the file was written from."""
    cell = layout.named(str(VERSION.column_name))
    if cell is None:
        return
    sentence = f"replace({literal(changed_since())}, '%(version)s', r._version::text)"
    rest = f"""JOIN {names.rows} r ON r._line = f._line AND r._state IN ('changed', 'deleted')
        WHERE {cell.filled} AND ltrim({cell.raw}, '0') <> r._version::text
            AND NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = f._line)"""
    insert_errors(names, cell, "changed_since", sentence, rest)


def judge_doubles(names: Names, layout: Layout) -> None:
    """Rows that mean the same record: all of them are refused, each with the lines of all."""
    drafting.find_twice(layout)
    if layout.repeats == "true":
        return
    same = [
        f"""SELECT s.record AS key, s._line FROM {names.seen} s {_unrepeated(names, layout, "s")}
            WHERE s.record IS NOT NULL
            UNION ALL SELECT d.id, d._line FROM draft d {_unrepeated(names, layout, "d")} WHERE NOT d._new"""
    ]
    same += [_keys(layout, number, identity) for number, identity in enumerate(usable(layout))]
    # Counted first and listed afterwards: nearly every record stands there once, and ordered lists are dear.
    groups = " UNION ALL ".join(
        f"""SELECT array_agg(_line ORDER BY _line) AS lines FROM keys{number} WHERE key IN (
            SELECT key FROM keys{number} GROUP BY key
            HAVING count(*) > 1 {"AND bool_or(alone)" if "AS alone" in keys else ""}
        ) GROUP BY key"""
        for number, keys in enumerate(same)
    )
    sentence = str(layout.resource.doubled) % {
        "kind": layout.model._meta.verbose_name,
        "lines": "%(lines)s",
    }
    execute(f"""
        INSERT INTO {names.errors}
        WITH {", ".join(f"keys{n} AS ({keys})" for n, keys in enumerate(same))}
        SELECT DISTINCT ON (line) line, NULL::smallint, '', '', 'doubled',
               replace({literal(sentence)}, '%(lines)s', array_to_string(g.lines[1:20], ', ')
                       || CASE WHEN cardinality(g.lines) > 20 THEN ' …' ELSE '' END)
        FROM ({groups}) g CROSS JOIN LATERAL unnest(g.lines) line ORDER BY line, cardinality(g.lines) DESC, g.lines
    """)


def _unrepeated(names: Names, layout: Layout, row: str) -> str:
    """JOIN that leaves rows out which may be there again."""
    if layout.repeats == "false":
        return ""
    return f"JOIN {names.raw} f ON f._line = {row}._line AND NOT ({layout.repeats})"


def _keys(layout: Layout, number: int, identity: Identity) -> str:
    """What identifies each row that may be there twice; where another field may tell rows apart, only new ones and only
    if one lacks it."""
    values = ", ".join(value_in(layout, name) for name in identity.fields)
    needed = " AND ".join(f"{value_in(layout, name)} IS NOT NULL" for name in identity.needed)
    alone, new = "", f"JOIN twice{number} w ON w._line = f._line"
    if identity.unless:
        own = layout.cells_of(identity.unless)
        alone = f", NOT {own[0].filled} AS alone" if own else ", true AS alone"
        new += " JOIN draft d ON d._line = f._line AND d._new"
    return f"""SELECT ROW({values})::text AS key, f._line{alone} FROM fresh f {joins(layout, identity)} {new}
        WHERE {needed} AND NOT ({layout.repeats})"""


def place_of(layout: Layout, field_names: set[str]) -> Cell | None:
    """The cell an error belongs to, when only one of the file's columns can have caused it."""
    cells = [cell for cell in layout.cells if cell.field is not None and cell.field.name in field_names]
    return cells[0] if len(cells) == 1 and isinstance(cells[0].field, models.Field) else None
