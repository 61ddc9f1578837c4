"""Which record a row means: table `m0, m1 … (_line, id, found)` per identity, in the order the resource lists them."""

from __future__ import annotations

from django.db import models

from foundation.transfers.declaration import Identity
from foundation.transfers.engine.layout import Cell, Kind, Layout
from foundation.transfers.engine.naming import NUMBER, name_in
from foundation.transfers.engine.sql import MANY_ROWS, execute, fetch, inlined, literal, quoted
from foundation.transfers.options import CLEAR


def usable(layout: Layout) -> list[Identity]:
    """The identities whose columns the file brings."""
    return [i for i in layout.resource.identities if all(layout.cells_of(name) for name in i.needed)]


def match(layout: Layout) -> None:
    """Find the records of all fresh rows, one statement per identity.

    A table that was filled a moment ago has no statistics to go by yet: the planner would take it for nearly empty and
    read all of it for each row of the file.
    """
    ((rows,),) = fetch("SELECT count(*) FROM fresh")
    execute(f"SET LOCAL enable_nestloop = {'off' if rows > MANY_ROWS else 'on'}")
    for number, identity in enumerate(usable(layout)):
        _match(layout, number, identity, _visible(layout))
    execute("SET LOCAL enable_nestloop = on")


def _visible(layout: Layout) -> str:
    return inlined(layout.resource.visible(layout.options).order_by().values(*_columns(layout)))


def _columns(layout: Layout) -> list[str]:
    names = {layout.model._meta.pk.name}
    for identity in layout.resource.identities:
        names |= {*identity.fields, identity.unless} - {""}
    return sorted(attribute(layout, name) for name in names)


def attribute(layout: Layout, name: str) -> str:
    """The name under which a queryset gives the column of a field: of a reference its key."""
    return str(layout.model._meta.get_field(name).attname)  # type: ignore[union-attr]


def _match(layout: Layout, number: int, identity: Identity, visible: str) -> None:
    conditions = [f"{value_in(layout, name)} IS NOT NULL" for name in identity.needed]
    conditions += [f"m{earlier}._line IS NULL" for earlier in range(number)]
    conditions += [
        f"{cell.raw} IS NULL"
        for other in layout.resource.identities
        if other.must_exist and other is not identity
        for cell in layout.cells_of(other.fields[0])
    ]
    earlier = " ".join(f"LEFT JOIN m{n} ON m{n}._line = f._line" for n in range(number))
    pairs = [pair(layout, name, "t", needed=name in identity.needed) for name in identity.fields]
    if identity.unless and (own := layout.cells_of(identity.unless)):
        pairs.append(f"(NOT {own[0].filled} OR t.{_column(layout, identity.unless)} = '')")
    execute(f"""
        CREATE TEMP TABLE m{number} ON COMMIT DROP AS
        SELECT f._line, min(t.id) AS id, count(*) AS found FROM fresh f {joins(layout, identity)} {earlier}
        JOIN ({visible}) t ON {" AND ".join(pairs)} WHERE {" AND ".join(conditions)} GROUP BY f._line
    """)
    execute(f"ANALYZE m{number}")


def _column(layout: Layout, name: str) -> str:
    return quoted(str(layout.model._meta.get_field(name).column))  # type: ignore[union-attr]


def joins(layout: Layout, identity: Identity) -> str:
    """JOINs to the tables of names and parsed values that the identity's cells need."""
    found = []
    for cell in (cell for name in identity.fields for cell in layout.cells_of(name)):
        if cell.kind is Kind.LOOKUP:
            found.append(f"LEFT JOIN l{cell.number} ON l{cell.number}.name = {name_in(cell)}")
        elif cell.kind is Kind.PARSED:
            found.append(f"LEFT JOIN p{cell.number} ON p{cell.number}.cell = {cell.raw}")
    return " ".join(found)


def value_in(layout: Layout, name: str) -> str:
    """SQL of what a row says for an identifying field, in the form in which it is compared; null when blank.

    Of several cells the first filled one counts, also where it makes no sense: no record is meant then.
    """
    cells = layout.cells_of(name)
    if len(cells) < 2:
        return _value(cells[0]) if cells else "NULL"
    return f"CASE {' '.join(f'WHEN {cell.filled} THEN {_value(cell)}' for cell in cells)} END"


def _value(cell: Cell) -> str:
    if cell.kind is Kind.LOOKUP:
        return f"CASE WHEN l{cell.number}.found = 1 THEN l{cell.number}.id END"
    if isinstance(cell.field, models.AutoField):
        return f"CASE WHEN {cell.raw} ~ {literal(NUMBER)} THEN {cell.raw}::bigint END"
    if cell.kind is Kind.PARSED:
        return _folded(cell, cell.parsed)
    return _folded(cell, f"nullif({cell.raw}, {literal(CLEAR)})")


def _folded(cell: Cell, value: str) -> str:
    return f"lower({value})" if is_text(cell.field) else value


def is_text(known: object) -> bool:
    """Whether case does not count in a field."""
    return isinstance(known, (models.CharField, models.TextField))


def pair(layout: Layout, name: str, other: str, *, needed: bool) -> str:
    """SQL that a record `other` has the value the row says."""
    column = f"{other}.{_column(layout, name)}"
    own = f"lower({column})" if is_text(layout.model._meta.get_field(name)) else column
    if needed and is_text(layout.model._meta.get_field(name)):
        # A row says more than nothing here; that the record does too lets indexes serve which leave blank ones out.
        return f"{own} = {value_in(layout, name)} AND {column} <> ''"
    if needed:
        return f"{own} = {value_in(layout, name)}"
    if is_text(layout.model._meta.get_field(name)):
        return f"{own} = coalesce({value_in(layout, name)}, '')"
    return f"{own} IS NOT DISTINCT FROM {value_in(layout, name)}"
