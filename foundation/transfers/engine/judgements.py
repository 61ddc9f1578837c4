"""What can be wrong with the cells of a row as such: that a cell means nothing, or that one is missing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.core.validators import MaxLengthValidator
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from foundation.transfers.engine.layout import AnyField, Cell, Kind, Layout, Target
from foundation.transfers.engine.sql import literal
from foundation.transfers.options import Blank

# bad, place, name of the column, value, code, messages
Judgement = tuple[str, str, str, str, str, str]


def judgements(layout: Layout, *, drafted: str, new: str) -> Iterator[Judgement]:
    """Yield all of them; `drafted` and `new` are SQL: that the record of a row is known, and that it is a new one."""
    for cell in layout.cells:
        if cell.kind is Kind.TEXT and getattr(cell.field, "max_length", None):
            yield _too_long(layout, cell)
        if cell.kind in (Kind.PARSED, Kind.LINKS, Kind.DELETES):
            yield _at(layout, cell, f"p{cell.number}.messages IS NOT NULL", "value", f"p{cell.number}.messages")
        if cell.kind is Kind.LOOKUP:
            yield from _unknown(layout, cell)
        if cell.kind is Kind.LINKS and not cell.scope:
            yield from _unknown_links(layout, cell)
    required = partial(_required, layout, drafted, new)
    yield from (required(target.field, target) for target in layout.targets if layout.needs(target.field))
    for known in layout.fields:
        if layout.target(known.name) is None and layout.needs(known) and not _is_given(layout, known):
            yield required(known, None)


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


def _required(layout: Layout, drafted: str, new: str, known: AnyField, target: Target | None) -> Judgement:
    """A field that may not stay empty: of a new record, or taken away from one."""
    cells = target.cells if target else []
    is_kept = layout.options.blank == Blank.KEEP or not cells
    empty = " AND ".join([new if is_kept else "true", *(f"{cell.raw} IS NULL" for cell in cells)])
    emptied = " OR ".join([f"({empty})", *[cell.cleared for cell in cells]])
    bad = f"{drafted} AND ({emptied})"
    usual = known.error_messages["blank" if known.empty_strings_allowed else "null"]
    message = layout.resource.required.get(known.name, usual)
    name = cells[0].column.column_name if cells else column_for(layout, known.name)
    place = str(cells[0].number) if cells else "NULL"
    return bad, place, literal(name), "''", "'required'", f"ARRAY[{literal(str(message))}]"


def column_for(layout: Layout, field_name: str) -> str:
    """Header under which a field could stand in a file; its name for people where there is none."""
    for column in layout.resource.columns():
        if column.attribute == field_name:
            return str(column.column_name)
    known = layout.model._meta.get_field(field_name)
    return str(capfirst(getattr(known, "verbose_name", field_name)))
