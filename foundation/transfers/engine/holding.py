"""The constraints of the model, held against the rows before the database would refuse them.

They are compiled from `Model._meta.constraints`, so a rule is written once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.sql import Query
from django.db.models.sql.where import AND

from foundation.transfers.engine.judging import place_of
from foundation.transfers.engine.layout import Layout
from foundation.transfers.engine.sql import Names, execute, literal, quoted


def judge_constraints(names: Names, layout: Layout) -> None:
    """Write down every check constraint that a row breaks, unless a value it looks at is wrong in itself."""
    editor: Any = connection.SchemaEditorClass(connection, collect_sql=True)
    values, checks = [], []
    for check in layout.model._meta.constraints:
        if isinstance(check, models.CheckConstraint) and _is_touched(layout, check):
            broken = f"({check._get_check_sql(layout.model, editor)}) IS FALSE{_known(layout, check)}"  # type: ignore[attr-defined]
            values.append(
                f"({broken}, {_place(layout, check.condition)}, {_said(check)}, {_read(layout, check.condition)})"
            )
            checks.append(broken)
    if values:
        execute(f"""
            INSERT INTO {names.errors}
            SELECT rows._line, e.place, e.name, '', e.code, e.message
            FROM (SELECT * FROM {names.rows} WHERE {" OR ".join(checks)}) rows
            CROSS JOIN LATERAL (VALUES {", ".join(values)}) e(bad, place, name, code, message, read)
            WHERE e.bad AND NOT EXISTS (
                SELECT 1 FROM {names.errors} wrong WHERE wrong._line = rows._line AND wrong.place = ANY (e.read)
            )
        """)


def _is_touched(layout: Layout, check: models.CheckConstraint) -> bool:
    """Whether the file can break it: not where defaults keep it, nor about the tree, of which families.py says more."""
    references = {path[0] for path in layout.model._get_expr_references(check.condition)}  # type: ignore[attr-defined]
    if layout.resource.tree and references <= {layout.resource.tree, layout.model._meta.pk.name}:
        return False
    known_here = {known.name for known in layout.fields} | {layout.model._meta.pk.name}
    if not references <= known_here:  # what the database gives by itself no file can break
        return False
    written = {known.name for known in layout.written()}
    return bool(references & written) or check.name not in _kept_by_defaults(layout.model)


@functools.cache
def _kept_by_defaults(model: type[models.Model]) -> frozenset[str]:
    """Names of the check constraints that a record without values keeps: each is a query, so it is asked once."""
    return frozenset(check.name for check in model._meta.constraints if _is_kept_by_defaults(model, check))


def _is_kept_by_defaults(model: type[models.Model], check: models.BaseConstraint) -> bool:
    if not isinstance(check, models.CheckConstraint):
        return False
    try:
        check.validate(model, model())
    except ValidationError:
        return False
    return True


def _known(layout: Layout, check: models.CheckConstraint) -> str:
    """SQL: and all values are there that must be; one that is not has an error of its own."""
    references = {path[0] for path in layout.model._get_expr_references(check.condition)}  # type: ignore[attr-defined]
    needed = [known for known in layout.fields if known.name in references and not known.null]
    return "".join(f" AND {quoted(str(known.column))} IS NOT NULL" for known in needed)


def _read(layout: Layout, expression: Any) -> str:
    """SQL array of the places that the condition of a rule looks at."""
    references = {path[0] for path in layout.model._get_expr_references(expression)}  # type: ignore[attr-defined]
    numbers = [cell.number for cell in layout.cells if cell.field is not None and cell.field.name in references]
    return f"'{{{', '.join(map(str, numbers))}}}'::smallint[]"


def _said(constraint: models.BaseConstraint) -> str:
    return f"{literal(constraint.name)}, {literal(str(constraint.get_violation_error_message()))}"


def _place(layout: Layout, expression: Any) -> str:
    references = {path[0] for path in layout.model._get_expr_references(expression)}  # type: ignore[attr-defined]
    cell = place_of(layout, references)
    return f"{cell.number}::smallint, {literal(cell.column.column_name)}" if cell else "NULL::smallint, ''"


@dataclass(frozen=True)
class _Unique:
    """A unique rule in SQL: its keys, for which rows it holds, place and words of its refusal, the places it reads."""

    keys: list[str]
    condition: str
    place: str
    said: str
    read: str
    equal: str = "="


def judge_unique(names: Names, layout: Layout) -> None:
    """Write down every row that would take what another has, unless a value it looks at is wrong in itself."""
    for one in _uniques(layout):
        numbers = range(len(one.keys))
        shown = ", ".join(f"{key} AS k{n}" for n, key in enumerate(one.keys))
        same = " AND ".join(f"t.k{n} {one.equal} r.k{n}" for n in numbers)
        group = ", ".join(f"k{n}" for n in numbers)
        filled = " AND ".join(f"k{n} IS NOT NULL" for n in numbers) if one.equal == "=" else "true"
        rows = f"SELECT _line, id, {shown} FROM {names.rows} WHERE {one.condition}"
        known = f"SELECT {layout.key} AS id, {shown} FROM {layout.table} WHERE {one.condition}"
        execute(f"""
            INSERT INTO {names.errors}
            SELECT broken._line, {one.place}, '', {one.said} FROM (
                SELECT r._line FROM ({rows}) r JOIN ({known}) t ON {same} AND t.id <> r.id
                UNION
                SELECT _line FROM (SELECT _line, count(*) OVER (PARTITION BY {group}) AS times FROM ({rows}) r
                                   WHERE {filled} AND NOT EXISTS (
                                       SELECT 1 FROM ({known}) t WHERE t.id = r.id AND {same})) counted
                WHERE times > 1
            ) broken
            WHERE NOT EXISTS (
                SELECT 1 FROM {names.errors} e
                WHERE e._line = broken._line AND (e.code = 'doubled' OR e.place = ANY ({one.read}))
            )
        """)


def _uniques(layout: Layout) -> Iterator[_Unique]:
    """Yield the unique rules of the model."""
    for rule in layout.model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            expressions: list[Any] = [models.F(name) for name in rule.fields] or list(rule.expressions)
            tests = models.Q(*_null_tests(layout, rule))
            yield _Unique(
                keys=[_compiled(layout.model, expression) for expression in expressions],
                condition=(_compiled_condition(layout.model, rule.condition) if rule.condition else "true")
                + _filled(layout, tests),
                place=_place(layout, tests),
                said=_said(rule),
                read=_read(layout, tests),
                equal="IS NOT DISTINCT FROM" if rule.nulls_distinct is False else "=",
            )
    for known in layout.model._meta.concrete_fields:
        if known.unique and not known.primary_key:
            test = models.Q(**{f"{known.name}__isnull": False})
            said = f"'unique', {literal(str(known.error_messages['unique']))}"
            column = quoted(str(known.column))
            yield _Unique([column], "true", _place(layout, test), said, _read(layout, test))


def _filled(layout: Layout, tests: models.Q) -> str:
    """SQL: and no text is blank that must be filled; one that is has an error of its own."""
    references = {path[0] for path in layout.model._get_expr_references(tests)}  # type: ignore[attr-defined]
    needed = [one for one in layout.fields if one.name in references and one.empty_strings_allowed and not one.blank]
    return "".join(f" AND {quoted(str(known.column))} <> ''" for known in needed)


def _null_tests(layout: Layout, rule: models.UniqueConstraint) -> list[models.Q]:
    references = set(rule.fields)
    for expression in rule.expressions:
        references |= {path[0] for path in layout.model._get_expr_references(expression)}  # type: ignore[attr-defined]
    return [models.Q(**{f"{name}__isnull": False}) for name in references]


def _compiled(model: type[models.Model], expression: Any) -> str:
    query = Query(model, alias_cols=False)
    resolved = expression.resolve_expression(query, allow_joins=False)
    return _inlined(query, resolved)


def _compiled_condition(model: type[models.Model], condition: models.Q) -> str:
    query = Query(model, alias_cols=False)
    where = query.build_where(condition)
    where.connector = where.connector or AND
    return _inlined(query, where)


def _inlined(query: Query, expression: Any) -> str:
    compiler = query.get_compiler(connection=connection)
    text, params = compiler.compile(expression)
    return str(text % tuple(literal(value) for value in params))
