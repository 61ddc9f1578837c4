"""Records that come into being because a row names them: groups, payment terms."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from foundation.transfers.engine.layout import Kind, Layout
from foundation.transfers.engine.sql import Names, execute, fetch, literal, quoted, typed


def note_used(names: Names, layout: Layout) -> None:
    """Mark those among the missing that a row names which goes in."""
    for cell in layout.cells:
        if cell.kind is Kind.LOOKUP and cell.lookup.creatable and cell.field is not None:
            column = quoted(str(cell.field.column))
            execute(f"""
                UPDATE {names.missing} m SET used = true WHERE m.place = {cell.number} AND EXISTS (
                    SELECT 1 FROM {names.rows} r WHERE r.{column} = m.id AND r._state IN ('new', 'changed')
                )
            """)


def used(names: Names) -> list[tuple[str, list[str]]]:
    """Return what would be made: the kind in plural, and the names."""
    rows = fetch(f"SELECT model, array_agg(name ORDER BY name) FROM {names.missing} WHERE used GROUP BY model")
    return [(str(apps.get_model(label)._meta.verbose_name_plural), list(made)) for label, made in rows]


def exists_now(names: Names) -> bool:
    """Whether somebody has made one of them since the check."""
    for label, field in fetch(f"SELECT DISTINCT model, field FROM {names.missing} WHERE used"):
        table, column = _table(label), quoted(str(apps.get_model(label)._meta.get_field(field).column))
        mine = f"model = {literal(label)} AND field = {literal(field)} AND used"
        if fetch(f"SELECT 1 FROM {table} t JOIN {names.missing} m ON lower(t.{column}) = m.key WHERE {mine} LIMIT 1"):
            return True
    return False


def insert_used(names: Names) -> dict[str, int]:
    """Insert them; return how many of each kind."""
    created: dict[str, int] = {}
    for label, field in fetch(f"SELECT DISTINCT model, field FROM {names.missing} WHERE used ORDER BY 1, 2"):
        model = apps.get_model(label)
        plural = str(model._meta.verbose_name_plural)
        created[plural] = created.get(plural, 0) + execute(_insert(names, model, field))
    return created


def _table(label: str) -> str:
    return quoted(apps.get_model(label)._meta.db_table)


def _insert(names: Names, model: type[models.Model], naming: str) -> str:
    """INSERT … SELECT with the model's defaults for everything but key and name."""
    values = {quoted(str(model._meta.pk.column)): "m.id"}
    for known in model._meta.concrete_fields:
        if not (known.primary_key or known.generated or known.has_db_default()):
            is_name = known.name == naming
            values[quoted(str(known.column))] = "m.name" if is_name else typed(known.get_default(), known)
    return (
        f"INSERT INTO {_table(model._meta.label)} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM {names.missing} m WHERE m.used AND m.model = {literal(model._meta.label)} "
        f"AND m.field = {literal(naming)} ORDER BY m.id"
    )
