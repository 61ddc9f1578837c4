"""All errors of all rows, each with its place: one statement per kind of error."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from foundation.transfers.columns import VERSION, changed_since
from foundation.transfers.declaration import Identity
from foundation.transfers.engine.drafting import cell_joins
from foundation.transfers.engine.layout import AnyField, Cell, Kind, Layout, Target
from foundation.transfers.engine.matching import usable
from foundation.transfers.engine.sql import Names, execute, literal
from foundation.transfers.options import Blank

# bad, place, name of the column, value, code, messages
Judgement = tuple[str, str, str, str, str, str]


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
    """What a cell cannot mean, and what is missing: every cell of every row in one statement."""
    judgements = list(_judgements(layout))
    if not judgements:
        return
    values = ", ".join(f"({', '.join(judgement)})" for judgement in judgements)
    execute(f"""
        INSERT INTO {names.errors}
        SELECT f._line, e.place::smallint, e.name, coalesce(e.value, ''), e.code, message
        FROM fresh f LEFT JOIN draft d ON d._line = f._line {_short(cell_joins(layout))}
        CROSS JOIN LATERAL (VALUES {values}) e(bad, place, name, value, code, messages)
        CROSS JOIN LATERAL unnest(e.messages) message
        WHERE ({" OR ".join(f"({judgement[0]})" for judgement in judgements)}) AND e.bad
    """)


def _short(joins: str) -> str:
    """Without the links a record has now, which need its table."""
    return " ".join(f"LEFT JOIN {join}" for join in joins.split("LEFT JOIN ")[1:] if not join.startswith("LATERAL"))


def _judgements(layout: Layout) -> Iterator[Judgement]:
    for cell in layout.cells:
        if cell.kind is Kind.TEXT and getattr(cell.field, "max_length", None):
            yield _too_long(layout, cell)
        if cell.kind in (Kind.PARSED, Kind.LINKS, Kind.DELETES):
            yield _at(layout, cell, f"p{cell.number}.messages IS NOT NULL", "value", f"p{cell.number}.messages")
        if cell.kind is Kind.LOOKUP:
            yield from _unknown(layout, cell)
        if cell.kind is Kind.LINKS and not cell.scope:
            yield from _unknown_links(layout, cell)
    yield from (_required(layout, target.field, target) for target in layout.targets if layout.needs(target.field))
    for known in layout.fields:
        if layout.target(known.name) is None and layout.needs(known) and not _is_given(layout, known):
            yield _required(layout, known, None)


def _is_given(layout: Layout, known: AnyField) -> bool:
    """Whether a new record gets a value though no column brings one."""
    made = {name for rule in layout.rules() for name in rule.writes}
    return known.name in made or known.name in layout.resource.new_values(layout.options)


def _at(layout: Layout, cell: Cell, bad: str, code: str, messages: str) -> Judgement:
    return (
        f"{bad} AND {layout.counts(cell)}",
        f"{cell.number}",
        literal(cell.column.column_name),
        cell.raw,
        literal(code),
        messages,
    )


def _too_long(layout: Layout, cell: Cell) -> Judgement:
    limit = int(getattr(cell.field, "max_length", 0))
    sentence = str(MaxLengthValidator(limit).message % {"limit_value": limit, "show_value": -1})
    message = f"ARRAY[replace({literal(sentence)}, '-1', length({cell.raw})::text)]"
    return _at(layout, cell, f"length({cell.raw}) > {limit}", "max_length", message)


def _unknown(layout: Layout, cell: Cell) -> Iterator[Judgement]:
    table = f"l{cell.number}"
    missing = f"ARRAY[coalesce({table}.problem, {valued(str(cell.lookup.missing), cell.raw)})]"
    yield _at(layout, cell, f"{table}.found = 0", "unknown", missing)
    several = valued(_("%(count)s records are called “%(value)s”."), cell.raw)
    yield _at(
        layout, cell, f"{table}.found > 1", "ambiguous", f"ARRAY[replace({several}, '%(count)s', {table}.found::text)]"
    )


def _unknown_links(layout: Layout, cell: Cell) -> Iterator[Judgement]:
    table = f"k{cell.number}"
    names = f"array_to_string({table}.unknown, '; ')"
    yield _at(
        layout, cell, f"{table}.unknown IS NOT NULL", "unknown", f"ARRAY[{valued(str(cell.lookup.missing), names)}]"
    )
    doubtful = f"array_to_string({table}.doubtful, '; ')"
    sentence = valued(_("Several records are called “%(value)s”."), doubtful)
    yield _at(layout, cell, f"{table}.doubtful IS NOT NULL", "ambiguous", f"ARRAY[{sentence}]")


def valued(sentence: str, value: str) -> str:
    return f"replace({literal(sentence)}, '%(value)s', {value})"


def _required(layout: Layout, known: AnyField, target: Target | None) -> Judgement:
    """A field that may not stay empty: of a new record, or taken away from one."""
    cells = target.cells if target else []
    is_kept = layout.options.blank == Blank.KEEP or not cells
    empty = " AND ".join(["d._new" if is_kept else "true", *_all_blank(cells)])
    emptied = " OR ".join([f"({empty})", *[cell.cleared for cell in cells]])
    bad = f"d._line IS NOT NULL AND ({emptied})"
    usual = known.error_messages["blank" if known.empty_strings_allowed else "null"]
    message = layout.resource.required.get(known.name, usual)
    name = cells[0].column.column_name if cells else column_for(layout, known.name)
    place = str(cells[0].number) if cells else "NULL"
    return bad, place, literal(name), "''", "'required'", f"ARRAY[{literal(str(message))}]"


def _all_blank(cells: list[Cell]) -> list[str]:
    return [f"{cell.raw} IS NULL" for cell in cells]


def column_for(layout: Layout, field_name: str) -> str:
    """Header under which a field could stand in a file; its name for people where there is none."""
    for column in layout.resource.columns():
        if column.attribute == field_name:
            return str(column.column_name)
    known = layout.model._meta.get_field(field_name)
    return str(capfirst(getattr(known, "verbose_name", field_name)))


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
    same = [
        f"""SELECT record AS key, _line FROM {names.seen} WHERE record IS NOT NULL
            UNION ALL SELECT id, _line FROM draft WHERE NOT _new"""
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


def _keys(layout: Layout, number: int, identity: Identity) -> str:
    """What identifies each row; where another field may tell rows apart, only new ones and only if one lacks it."""
    from foundation.transfers.engine.matching import joins, value_in

    values = ", ".join(value_in(layout, name) for name in identity.fields)
    needed = " AND ".join(f"{value_in(layout, name)} IS NOT NULL" for name in identity.needed)
    alone, new = "", ""
    if identity.unless:
        own = layout.cells_of(identity.unless)
        alone = f", NOT {own[0].filled} AS alone" if own else ", true AS alone"
        new = "JOIN draft d ON d._line = f._line AND d._new"
    return (
        f"SELECT ROW({values})::text AS key, f._line{alone} FROM fresh f {joins(layout, identity)} {new} WHERE {needed}"
    )


def place_of(layout: Layout, field_names: set[str]) -> Cell | None:
    """The cell an error belongs to, when only one of the file's columns can have caused it."""
    cells = [cell for cell in layout.cells if cell.field is not None and cell.field.name in field_names]
    return cells[0] if len(cells) == 1 and isinstance(cells[0].field, models.Field) else None
