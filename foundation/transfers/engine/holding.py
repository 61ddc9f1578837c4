"""The constraints of the model, held against the rows before the database would refuse them.

They are compiled from `Model._meta.constraints`, so a rule is written once.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
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
            values.append(f"({broken}, {_place(layout, check.condition)}, {_said(check)}, {_read(layout, check)})")
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


def _read(layout: Layout, check: models.CheckConstraint) -> str:
    """SQL array of the places that a constraint looks at."""
    references = {path[0] for path in layout.model._get_expr_references(check.condition)}  # type: ignore[attr-defined]
    numbers = [cell.number for cell in layout.cells if cell.field is not None and cell.field.name in references]
    return f"'{{{', '.join(map(str, numbers))}}}'::smallint[]"


def _said(constraint: models.BaseConstraint) -> str:
    return f"{literal(constraint.name)}, {literal(str(constraint.get_violation_error_message()))}"


def _place(layout: Layout, expression: Any) -> str:
    references = {path[0] for path in layout.model._get_expr_references(expression)}  # type: ignore[attr-defined]
    cell = place_of(layout, references)
    return f"{cell.number}::smallint, {literal(cell.column.column_name)}" if cell else "NULL::smallint, ''"


def judge_unique(names: Names, layout: Layout) -> None:
    """Write down every row that would take what another record has, or another row of the file."""
    for keys, condition, place, said, equal in _uniques(layout):
        shown = ", ".join(f"{key} AS k{n}" for n, key in enumerate(keys))
        same = " AND ".join(f"t.k{n} {equal} r.k{n}" for n in range(len(keys)))
        group = ", ".join(f"k{n}" for n in range(len(keys)))
        filled = " AND ".join(f"k{n} IS NOT NULL" for n in range(len(keys))) if equal == "=" else "true"
        rows = f"SELECT _line, id, {shown} FROM {names.rows} WHERE {condition}"
        known = f"SELECT {layout.key} AS id, {shown} FROM {layout.table} WHERE {condition}"
        execute(f"""
            INSERT INTO {names.errors}
            SELECT broken._line, {place}, '', {said} FROM (
                SELECT r._line FROM ({rows}) r JOIN ({known}) t ON {same} AND t.id <> r.id
                UNION
                SELECT _line FROM (SELECT _line, count(*) OVER (PARTITION BY {group}) AS times FROM ({rows}) r
                                   WHERE {filled} AND NOT EXISTS (
                                       SELECT 1 FROM ({known}) t WHERE t.id = r.id AND {same})) counted
                WHERE times > 1
            ) broken
            WHERE NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = broken._line AND e.code = 'doubled')
        """)


def _uniques(layout: Layout) -> Iterator[tuple[list[str], str, str, str, str]]:
    """Yield for each unique rule its key expressions, condition, place, what is said, and when two keys are equal."""
    for rule in layout.model._meta.constraints:
        if isinstance(rule, models.UniqueConstraint):
            expressions: list[Any] = [models.F(name) for name in rule.fields] or list(rule.expressions)
            condition = _compiled_condition(layout.model, rule.condition) if rule.condition else "true"
            keys = [_compiled(layout.model, expression) for expression in expressions]
            equal = "IS NOT DISTINCT FROM" if rule.nulls_distinct is False else "="
            yield keys, condition, _place(layout, models.Q(*_null_tests(layout, rule))), _said(rule), equal
    for known in layout.model._meta.concrete_fields:
        if known.unique and not known.primary_key:
            place = _place(layout, models.Q(**{f"{known.name}__isnull": False}))
            message = literal(str(known.error_messages["unique"]))
            yield [quoted(str(known.column))], "true", place, f"'unique', {message}", "="


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
