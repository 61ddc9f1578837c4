"""What names mean that depend on the row: the plain way of engine/linking.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foundation.transfers.columns import LinkedColumn, Scope
from foundation.transfers.engine.linking import doubled_sentence
from foundation.transfers.options import CLEAR, Blank
from foundation.transfers.plain.plan import LINE, Row

if TYPE_CHECKING:
    from foundation.transfers.plain.resource import PlainResource

Meanings = dict[str, list[int]]  # by name the keys of those who are nearest


class ScopedNames:
    """The names of one file, against the database as it was before, and who may not have what they name."""

    def __init__(self, resource: PlainResource) -> None:
        self.resource, self.plan = resource, resource.plan
        self.refusals: dict[tuple[int, LinkedColumn], list[str]] = {}
        for column in resource.get_import_fields():
            if isinstance(column, LinkedColumn) and column.link.taken:
                self._judge(column)

    def meanings(self, column: LinkedColumn, row: Row) -> Meanings | None:
        """Return what the names of a cell mean; None where the row's own holder is unclear."""
        names = column.widget.clean(row[column.column_name])
        of = self._holder(column.scope, row) if column.scope else None
        return None if of is None else {name: self._nearest(column, of, row, name) for name in names}

    def _nearest(self, column: LinkedColumn, of: int, row: Row, name: str) -> list[int]:
        ranked: dict[int, list[int]] = {}
        for key in column.lookup.keys(name, self.resource.options):
            rank = -1 if key in self._present(column, row) else self._rank(column, of, key)
            if rank is not None:
                ranked.setdefault(rank, []).append(key)
        return ranked[min(ranked)] if ranked else []

    def _rank(self, column: LinkedColumn, of: int, key: int) -> int | None:
        assert column.scope is not None  # noqa: S101  (only such columns come here)
        holder = column.lookup.model._default_manager.values_list(f"{column.scope.holder}_id", flat=True).get(pk=key)
        return column.scope.rank(of, holder or 0)

    def _present(self, column: LinkedColumn, row: Row) -> set[int]:
        owner = self.plan.targets.get(row[LINE])
        rows = column.link.through._default_manager.filter(**{column.link.owner: owner})
        return set(rows.values_list(column.link.target, flat=True)) if owner else set()

    def _holder(self, scope: Scope, row: Row) -> int | None:
        """Key of the holder the row's record will have, 0 for none; None where the cell is wrong."""
        cells = [(column, row[column.column_name]) for column in self.plan.columns_of(scope.field)]
        column, cell = next(((column, cell) for column, cell in cells if cell), (None, ""))
        if column is not None and cell != CLEAR:
            value: int | None = self.plan.read(column, scope.field, cell)
            return value
        if cell == CLEAR or (cells and self.resource.options.blank == Blank.CLEAR):
            return 0
        model: Any = self.resource._meta.model
        known = model._default_manager.filter(pk=self.plan.targets.get(row[LINE]))
        return known.values_list(f"{scope.field}_id", flat=True).first() or 0

    def _judge(self, column: LinkedColumn) -> None:
        """Refuse whom another record has, and whom several rows name."""
        claims = [(row[LINE], *claim) for row in self._asking(column) for claim in self._claims(column, row)]
        lines: dict[int, set[int]] = {}
        for line, _name, key in claims:
            lines.setdefault(key, set()).add(line)
        for line, name, key in claims:
            said = self.refusals.setdefault((line, column), [])
            if column.link.through._default_manager.filter(**{column.link.target: key}).exists():
                said.append(str(column.link.taken) % {"value": name})
            if len(lines[key]) > 1:
                shown = ", ".join(map(str, sorted(lines[key])))
                said.append(doubled_sentence() % {"value": name, "lines": shown})

    def _asking(self, column: LinkedColumn) -> list[Row]:
        rows = [row for row in self.plan.in_order() if not self.plan.is_left(row[LINE])]
        return [row for row in rows if row[column.column_name] not in ("", CLEAR)]

    def _claims(self, column: LinkedColumn, row: Row) -> list[tuple[str, int]]:
        """What a row names, by name and key, that its record does not have yet."""
        try:
            meanings = self.meanings(column, row) or {}
        except ValueError:
            return []
        found = [(name, keys[0]) for name, keys in meanings.items() if len(keys) == 1]
        return [(name, key) for name, key in found if key not in self._present(column, row)]
