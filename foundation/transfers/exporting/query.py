"""An export as one SQL statement, written by the ORM: one column of text per column of the file, rows by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import F, QuerySet

from foundation.transfers.exporting.cells import cell, formula_safe
from foundation.transfers.exporting.related import RelatedText

if TYPE_CHECKING:
    from foundation.transfers.columns import Column

TEXTS = (models.CharField, models.TextField)


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters."""

    sql: str
    params: tuple[Any, ...]


def export_statement(
    records: QuerySet[Any], columns: Sequence[Column], *, visible: QuerySet[Any], is_formula_safe: bool = False
) -> Statement | None:
    """Return the statement that gives the file's rows; None where the database need not even be asked."""
    cells = [cell(column, records, visible) for column in columns]
    shape = formula_safe if is_formula_safe else _as_it_is
    names = [f"c{number}" for number in range(len(cells))]
    own = {
        name: _shaped(source, records, shape)
        for name, source in zip(names, cells, strict=True)
        if not isinstance(source, RelatedText)
    }
    related = {
        name: source.of(records, shape)
        for name, source in zip(names, cells, strict=True)
        if isinstance(source, RelatedText)
    }
    try:
        return _joined(records, names, own, related) if related else _plain(records, own)
    except EmptyResultSet:
        return None


def _as_it_is(text: Any) -> Any:
    return text


def _shaped(source: Any, records: QuerySet[Any], shape: Any) -> Any:
    """Shape what is text; numbers cannot begin like a formula."""
    field = records.annotate(cell=source).query.annotations["cell"].output_field
    return shape(source) if isinstance(field, TEXTS) else source


def _plain(records: QuerySet[Any], own: dict[str, Any]) -> Statement:
    return _compiled(records.order_by("pk").values(**own))


def _joined(
    records: QuerySet[Any], names: Sequence[str], own: dict[str, Any], related: dict[str, QuerySet[Any]]
) -> Statement:
    """Join the texts made of related rows; `record` is the key on either side."""
    base = _compiled(records.order_by().values(**own, record=F("pk")))
    parts = {name: _compiled(rows) for name, rows in related.items() if not rows.query.is_empty()}
    selected = ", ".join(
        f"{name}.cell" if name in parts else f"base.{name}" if name in own else "NULL" for name in names
    )
    joins = " ".join(f"LEFT JOIN ({part.sql}) {name} ON {name}.record = base.record" for name, part in parts.items())
    return Statement(
        f"SELECT {selected} FROM ({base.sql}) base {joins} ORDER BY base.record",  # noqa: S608  (our own names)
        base.params + tuple(value for part in parts.values() for value in part.params),
    )


def _compiled(rows: QuerySet[Any]) -> Statement:
    sql, params = rows.query.sql_with_params()
    return Statement(sql, tuple(params))
