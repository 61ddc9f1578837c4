"""The rows as the records they would become, before the rules of Python have spoken: table `draft`.

Every field of the model has its column there: what the cells say, else what the record has, else the default.
"""

from __future__ import annotations

from foundation.transfers.declaration import Identity, Rule
from foundation.transfers.engine.judgements import judgements
from foundation.transfers.engine.layout import AnyField, Cell, Kind, Layout
from foundation.transfers.engine.matching import usable, value_in
from foundation.transfers.engine.naming import name_in
from foundation.transfers.engine.sql import Names, column_type, execute, literal, quoted, typed
from foundation.transfers.engine.taking import stays, takes_columns
from foundation.transfers.options import Blank, Strategy


def draft(layout: Layout) -> None:
    """Make the table; new rows get their keys here, so that others may point at them."""
    fields = ", ".join(f"{value(layout, known)} AS {quoted(str(known.column))}" for known in layout.fields)
    links = "".join(f", {links_value(layout, cell)} AS k{cell.number}" for cell in layout.links)
    found = _found(layout)
    execute(f"""
        CREATE TEMP TABLE draft ON COMMIT DROP AS
        SELECT inside.* {_rule_keys(layout)} FROM (
            SELECT f._line, f._number, f._hash, t.{layout.key} IS NULL AS _new, t.version AS _version,
                   coalesce(t.{layout.key}, nextval({_sequence(layout)})) AS id, {fields}{links}{_former(layout)},
                   {_deletes(layout)} AS _deletes{takes_columns(layout)},
                   {_is_suspect(layout)} AS _suspect{_same(layout)}
            FROM fresh f {_match_joins(layout)}
            LEFT JOIN {layout.table} t ON t.{layout.key} = {found} {cell_joins(layout)}
            ORDER BY f._line
        ) inside
    """)
    execute("ANALYZE draft (_line, id)")
    execute("CREATE TEMP TABLE suspect ON COMMIT DROP AS SELECT _line FROM draft WHERE _suspect")
    execute("ANALYZE suspect")


def _is_suspect(layout: Layout) -> str:
    """SQL: some cell is wrong or missing. Here each row is met with all that its cells mean, so it is asked at once."""
    found = judgements(layout, drafted="true", new=f"t.{layout.key} IS NULL")
    return " OR ".join(f"({bad})" for bad, *_others in found) or "false"


def _same(layout: Layout) -> str:
    """SQL of a column per identity with a hash of what the row says of it, null where it does not say enough."""
    return "".join(f", {_hash(layout, identity)} AS _same{n}" for n, identity in enumerate(usable(layout)))


def _hash(layout: Layout, identity: Identity) -> str:
    values = ", ".join(value_in(layout, name) for name in identity.fields if layout.cells_of(name))
    needed = " AND ".join(f"{value_in(layout, name)} IS NOT NULL" for name in identity.needed)
    return f"CASE WHEN {needed} THEN hash_record_extended(ROW({values}), 0) END"


def find_twice(layout: Layout) -> None:
    """Make `twice0, twice1 … (_line)` per identity: rows that may say the same as another row, which few do."""
    for n, _identity in enumerate(usable(layout)):
        several = f"SELECT _same{n} FROM draft GROUP BY 1 HAVING count(*) > 1"
        execute(f"""
            CREATE TEMP TABLE twice{n} ON COMMIT DROP AS SELECT _line FROM draft WHERE _same{n} IN ({several})
        """)
        execute(f"ANALYZE twice{n}")


def _deletes(layout: Layout) -> str:
    return f"coalesce(p{layout.deletes.number}.value, false)" if layout.deletes else "false"


def forgive_deleting(names: Names) -> None:
    """A record that is to go and is not there needs no error: there is nothing to do."""
    execute(f"""
        DELETE FROM {names.errors} e USING draft d
        WHERE e._line = d._line AND d._deletes AND d._new AND e.code = 'unknown'
    """)


def set_astray_apart(names: Names) -> None:
    """Take rows out of which nobody knows what record they mean: their cells are judged, no more than that."""
    execute(f"""
        CREATE TEMP TABLE astray ON COMMIT DROP AS SELECT d._line, d.id, d._new FROM draft d
        WHERE EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = d._line)
    """)
    execute("DELETE FROM draft d USING astray a WHERE a._line = d._line")


def set_left_apart(names: Names, layout: Layout) -> None:
    """Take rows out that the strategy leaves alone, or whose record is to go and is not there: nothing happens."""
    by_strategy = {Strategy.ADD: "NOT d._new", Strategy.UPDATE: "d._new"}.get(
        Strategy(layout.options.strategy), "false"
    )
    is_left = f"({by_strategy} OR (d._deletes AND d._new))"
    execute(f"CREATE UNLOGGED TABLE {names.left} AS SELECT d._line, d.id, d._new FROM draft d WHERE {is_left}")
    if by_strategy != "false" or layout.deletes:
        execute(f"DELETE FROM draft d USING {names.left} l WHERE l._line = d._line")
        execute(f"DELETE FROM fresh f USING {names.left} l WHERE l._line = f._line")


def _sequence(layout: Layout) -> str:
    pk = layout.model._meta.pk
    table = layout.resource.keys_from or layout.model._meta.db_table
    of_table = f"pg_get_serial_sequence({literal(table)}, {literal(pk.column)})"
    return f"(SELECT {of_table}::regclass)"  # as a query of its own it is looked up once, not for each row


def _match_joins(layout: Layout) -> str:
    return " ".join(f"LEFT JOIN m{n} ON m{n}._line = f._line AND m{n}.found = 1" for n in range(len(usable(layout))))


def _found(layout: Layout) -> str:
    matches = [f"m{n}.id" for n in range(len(usable(layout)))]
    return f"coalesce({', '.join(matches)})" if matches else "NULL"


def cell_joins(layout: Layout) -> str:
    """JOINs of fresh rows to what their cells were found to mean."""
    found = []
    for cell in layout.cells:
        n = cell.number
        if cell.kind in (Kind.PARSED, Kind.LINKS, Kind.DELETES):
            found.append(f"LEFT JOIN p{n} ON p{n}.cell = {cell.raw}")
        if cell.kind is Kind.LOOKUP:
            found.append(f"LEFT JOIN l{n} ON l{n}.name = {name_in(cell)}")
        if cell.kind is Kind.LINKS:
            if not cell.scope:
                found.append(f"LEFT JOIN k{n} ON k{n}.cell = {cell.raw}")
            found.append(f"LEFT JOIN LATERAL ({present_links(layout, cell)}) x{n} ON true")
    return " ".join(found)


def value(layout: Layout, known: AnyField) -> str:
    """SQL of the value a field would have."""
    target = layout.target(known.name)
    kept = f"CASE WHEN t.{layout.key} IS NULL THEN {default(layout, known)} ELSE t.{quoted(str(known.column))} END"
    if target is None:
        return kept
    if stays(layout, target.cells[0]):
        return f"(coalesce({target.cells[0].parsed}, false) OR {kept})"
    cases = [case for cell in target.cells for case in _cases(cell, emptied(layout, known), kept)]
    is_cleared = layout.options.blank == Blank.CLEAR
    return f"CASE {' '.join(cases)} ELSE {emptied(layout, known) if is_cleared else kept} END"


def _cases(cell: Cell, empty: str, kept: str) -> list[str]:
    """WHENs of one cell: taken away, wrong (null, so that no further rule judges it), or its value."""
    cleared = f"WHEN {cell.cleared} THEN {empty}"
    n = cell.number
    if cell.kind is Kind.TEXT:
        return [cleared, f"WHEN {cell.raw} IS NOT NULL THEN {_text(cell)}"]
    if cell.kind is Kind.PARSED:
        return [cleared, f"WHEN {cell.raw} IS NOT NULL THEN {cell.parsed}"]
    if cell.kind is Kind.LOOKUP:
        return [cleared, f"WHEN {cell.raw} IS NOT NULL THEN CASE WHEN l{n}.found = 1 THEN l{n}.id END"]
    return [cleared, f"WHEN {cell.raw} IS NOT NULL THEN {kept}"]  # a name in the tree is found later


def _text(cell: Cell) -> str:
    longest = getattr(cell.field, "max_length", None)
    return f"CASE WHEN length({cell.raw}) <= {longest} THEN {cell.raw} END" if longest else cell.raw


def default(layout: Layout, known: AnyField) -> str:
    """SQL of what a new record has where the file says nothing."""
    given = layout.resource.new_values(layout.options)
    if known.name in given:
        chosen = given[known.name]
        return typed(getattr(chosen, "pk", chosen), known)
    if layout.needs(known):
        return f"NULL::{column_type(known)}"  # refused elsewhere: no further rule judges it
    return typed(known.get_default(), known)


def emptied(layout: Layout, known: AnyField) -> str:
    """SQL of a field without a value; null where it must have one, which is refused elsewhere."""
    if known.null or known.name in layout.resource.required:
        return f"NULL::{column_type(known)}"
    if known.empty_strings_allowed and known.blank:
        return "''"
    return typed(known.get_default(), known) if known.has_default() else f"NULL::{column_type(known)}"


# --- several records named by one cell ------------------------------------------------------------------------------


def present_links(layout: Layout, cell: Cell) -> str:
    """The keys a record is linked with now, in their order."""
    link = cell.column.link
    return f"""SELECT coalesce(array_agg(w.{link.target_column} ORDER BY {link.order}), '{{}}') AS ids
        FROM {link.table} w WHERE w.{link.owner_column} = t.{layout.key}"""


def links_value(layout: Layout, cell: Cell) -> str:
    """SQL of the keys a record would be linked with; none as yet where their meaning depends on the row."""
    n = cell.number
    named = "'{}'::bigint[]" if cell.scope else f"k{n}.ids"
    blank = "'{}'::bigint[]" if layout.options.blank == Blank.CLEAR else f"x{n}.ids"
    return f"CASE WHEN {cell.cleared} THEN '{{}}' WHEN {cell.raw} IS NULL THEN {blank} ELSE {named} END"


# --- what the rules will be asked -----------------------------------------------------------------------------------


def _former(layout: Layout) -> str:
    """What rules read, as the record has it now."""
    names = sorted({name for rule in layout.rules() for name in rule.reads})
    fields = [layout.model._meta.get_field(name) for name in names]
    return "".join(f", t.{quoted(str(f.column))} AS _was_{f.column}" for f in fields)  # type: ignore[union-attr]


def _rule_keys(layout: Layout) -> str:
    """Per rule the values it reads as one text, null where it is not asked; and the context beside them."""
    parts = []
    for number, rule in enumerate(layout.rules()):
        columns = read_columns(layout, rule)
        asked = f"CASE WHEN {_is_asked(columns, rule)} THEN {{}} END"
        context = f"({_context(layout, rule)})" if rule.context else "''"
        inside = ", ".join(f"inside.{column}" for column in columns)
        parts.append(f", {asked.format(f'ROW({inside}, {context})::text')} AS _key{number}")
        parts.append(f", {asked.format(context)} AS _context{number}")
    return "".join(parts)


def read_columns(layout: Layout, rule: Rule) -> list[str]:
    """The quoted columns a rule reads."""
    return [quoted(str(layout.model._meta.get_field(name).column)) for name in rule.reads]  # type: ignore[union-attr]


def _context(layout: Layout, rule: Rule) -> str:
    """The SQL of a rule's context with its places filled."""
    places = {n: f"inside.{c}" for n, c in zip(rule.reads, read_columns(layout, rule), strict=True)}
    text = rule.context
    for name, column in {"id": "inside.id", **places}.items():
        text = text.replace(f"{{{name}}}", column)
    return text


def _is_asked(columns: list[str], rule: Rule) -> str:
    """New and not all of them blank, or one of the values changes; all of them readable."""
    plain = [column.strip('"') for column in columns]
    changes = " OR ".join(f"inside.{c} IS DISTINCT FROM inside._was_{p}" for c, p in zip(columns, plain, strict=True))
    blank = " OR ".join(f"coalesce(inside.{column}::text, '') NOT IN ('', 'false')" for column in columns)
    readable = " AND ".join(f"inside.{column} IS NOT NULL" for column in columns)
    new = "inside._new" if rule.always else f"inside._new AND ({blank})"
    return f"(({new}) OR (NOT inside._new AND ({changes}))) AND {readable}"
