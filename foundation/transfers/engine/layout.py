"""Which cells of a file fill which fields of a model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from import_export.widgets import Widget

from foundation.transfers.columns import Column, LinkedColumn, Scope, TextWidget
from foundation.transfers.declaration import Taken
from foundation.transfers.engine.numbers import reads_plainly
from foundation.transfers.engine.sql import literal, quoted
from foundation.transfers.lookups import LookupWidget
from foundation.transfers.options import CLEAR, Options, Strategy

if TYPE_CHECKING:
    from foundation.transfers.plain import PlainResource

AnyField = models.Field[Any, Any]


class Kind(Enum):
    """How a cell becomes a value."""

    TEXT = auto()  # as it stands
    PARSED = auto()  # by Python, once for each different text
    LOOKUP = auto()  # the key of another record
    TREE = auto()  # the name of a record of this very file or table
    DELETES = auto()  # whether the record goes
    LINKS = auto()  # the keys of several records, kept in a table between
    NONE = auto()  # only tells which record is meant


@dataclass(frozen=True)
class Cell:
    """A column of the file in the staging table."""

    number: int
    column: Column
    kind: Kind
    field: AnyField | None
    is_number: bool = False  # the database reads plain numbers by itself, as they are staged

    @property
    def number_name(self) -> str:
        """The column of such numbers beside the cells, null where Python must look."""
        return f"_number{self.number}"

    @property
    def parsed(self) -> str:
        """SQL of the value of a cell that is parsed, in a query that joins what Python made of it."""
        value = f"p{self.number}.value"
        return f"coalesce(f.{self.number_name}, {value})" if self.is_number else value

    @property
    def name(self) -> str:
        """Its column in the staging table."""
        return f"c{self.number}"

    @property
    def raw(self) -> str:
        """Its text, null when blank, in a query that calls the staging table `f`."""
        return f"f.c{self.number}"

    @property
    def filled(self) -> str:
        """SQL: there is a value to take over."""
        return f"({self.raw} IS NOT NULL AND {self.raw} <> {literal(CLEAR)})"

    @property
    def cleared(self) -> str:
        """SQL: the value is to be taken away."""
        return f"({self.raw} IS NOT DISTINCT FROM {literal(CLEAR)})"

    @property
    def scope(self) -> Scope | None:
        """Among which records it names some, where that depends on the row."""
        return self.column.scope if isinstance(self.column, LinkedColumn) else None

    @property
    def lookup(self) -> LookupWidget:
        """Its widget, where it names other records."""
        widget: Widget = self.column.widget
        if isinstance(self.column, LinkedColumn):
            return self.column.lookup
        assert isinstance(widget, LookupWidget)  # noqa: S101  (by kind)
        return widget


@dataclass(frozen=True)
class Target:
    """A field and the cells that may fill it; the first filled one counts."""

    field: AnyField
    cells: list[Cell] = dataclasses.field(default_factory=list)

    @property
    def column(self) -> str:
        """The quoted database column."""
        return quoted(str(self.field.column))

    @property
    def is_required(self) -> bool:
        """Whether a record cannot do without a value."""
        has_default = self.field.has_default() or self.field.has_db_default()
        return not self.field.blank and not has_default


class Layout:
    """The columns a run brings, for one resource; two runs with the same number read rows in the same way."""

    def __init__(self, resource: PlainResource, columns: Sequence[Column], options: Options) -> None:
        self.resource, self.options = resource, resource.taken_by(options)
        self.model: type[models.Model] = resource._meta.model
        declared = resource.columns()  # of columns that fill the same field, the one declared first counts
        present = {str(column.column_name) for column in columns}
        self.rewrites = [rewrite for rewrite in resource.rewrites if present & set(rewrite.needs)]
        made = {name for rewrite in self.rewrites for name in rewrite.writes} | set(resource.completed)
        ordered = [column for column in declared if column.column_name in present | made]
        self.cells = [self._cell(number, column) for number, column in enumerate(ordered)]
        self.brought = [cell for cell in self.cells if cell.column.column_name in present]
        self.deletes = next((cell for cell in self.cells if cell.kind is Kind.DELETES), None)
        self.targets = self._targets()
        self.links = [cell for cell in self.cells if cell.kind is Kind.LINKS]
        self.tree_cells = [cell for cell in self.cells if cell.kind is Kind.TREE]

    def _cell(self, number: int, column: Column) -> Cell:
        if isinstance(column, LinkedColumn):
            return Cell(number, column, Kind.LINKS, None)
        if column.column_name == self.resource.deleting:
            return Cell(number, column, Kind.DELETES, None)
        known = self.model._meta.get_field(column.attribute) if column.attribute else None
        assert known is None or isinstance(known, models.Field)  # noqa: S101  (columns name concrete fields)
        kind = self._kind(column, known)
        return Cell(number, column, kind, known, kind is Kind.PARSED and self._is_number(column, known))

    def _is_number(self, column: Column, known: AnyField | None) -> bool:
        """Whether its plain numbers are read as they come; not where the cell is still to be made of others."""
        is_made = any(column.column_name in rewrite.writes for rewrite in self.rewrites)
        return not is_made and reads_plainly(column.widget, known, self.options)

    def _kind(self, column: Column, known: AnyField | None) -> Kind:
        widget: Widget = column.widget
        if column.readonly or known is None:
            return Kind.NONE
        if isinstance(widget, LookupWidget):
            is_tree = widget.model is self.model and known.name == self.resource.tree and widget.field != "id"
            return Kind.TREE if is_tree else Kind.LOOKUP
        return Kind.TEXT if type(widget) is TextWidget and is_plain_text(known) else Kind.PARSED

    def _targets(self) -> list[Target]:
        found: dict[str, Target] = {}
        for cell in self.cells:
            if cell.field is not None and cell.kind is not Kind.NONE:
                found.setdefault(cell.field.name, Target(cell.field)).cells.append(cell)
        return list(found.values())

    def counts(self, cell: Cell) -> str:
        """SQL: no cell before this one fills the same field."""
        target = self.target(cell.field.name) if cell.field is not None else None
        earlier = [other.raw for other in (target.cells if target else []) if other.number < cell.number]
        return " AND ".join([f"{raw} IS NULL" for raw in earlier]) or "true"

    @property
    def table(self) -> str:
        """The quoted table of the model."""
        return quoted(self.model._meta.db_table)

    @property
    def key(self) -> str:
        """The quoted column of the primary key."""
        return quoted(str(self.model._meta.pk.column))

    @property
    def fields(self) -> list[AnyField]:
        """Fields a record is written with; what the database gives by itself is left to it."""
        return [
            known
            for known in self.model._meta.concrete_fields
            if not (known.primary_key or known.generated or known.has_db_default())
        ]

    @property
    def tree(self) -> Target | None:
        """The field by which records hang below each other, if the file brings it."""
        return next((target for target in self.targets if target.field.name == self.resource.tree), None)

    def needs(self, known: AnyField) -> bool:
        """Whether a record cannot do without a value: the file must give a new one its own."""
        return known.name in self.resource.required or Target(known).is_required

    def target(self, name: str) -> Target | None:
        """What fills a field, if anything does."""
        return next((target for target in self.targets if target.field.name == name), None)

    def cells_of(self, name: str) -> list[Cell]:
        """The cells a field is read from, also those that only identify."""
        return [cell for cell in self.cells if cell.field is not None and cell.field.name == name]

    def written(self) -> list[AnyField]:
        """Fields an existing record may get another value of: those of the file and what rules make of them."""
        names = {target.field.name for target in self.targets}
        names |= {made for rule in self.resource.rules if names & set(rule.reads) for made in rule.writes}
        return [known for known in self.fields if known.name in names]

    def named(self, name: str) -> Cell | None:
        """The cell of a column."""
        return next((cell for cell in self.cells if cell.column.column_name == name), None)

    def taken(self) -> list[tuple[int, Taken, Cell]]:
        """The flags this file can take, numbered, with their cells."""
        cells = [(known, self.cells_of(known.field)) for known in self.resource.taken]
        return [(number, known, found[0]) for number, (known, found) in enumerate(cells) if found]

    def rules(self) -> list[Any]:
        """The rules this file can touch; for new records all of them."""
        return list(self.resource.rules)

    @property
    def repeats(self) -> str:
        """SQL of a staged row `f`: others may mean its record too."""
        if self.resource.repeatable is None:
            return "false"
        cells = [cell.raw for name in self.resource.repeatable for cell in self.cells_of(name)]
        return " AND ".join(f"{cell} IS NULL" for cell in cells) or "true"

    @property
    def has_seals(self) -> bool:
        """Whether rows may be known from before: not where everything is made anew."""
        return self.options.strategy != Strategy.RESET

    @property
    def number(self) -> int:
        """Stands for resource, columns, options and the rows a person may see."""
        actor = self.options.actor
        parts = [
            self.model._meta.label,
            [cell.column.column_name for cell in self.cells],
            *(self.options.blank, self.options.numbers, self.options.dates),
            *self.resource.depends_on(self.options),
            None if actor is None or self.resource.sees_all(self.options) else actor.pk,
        ]
        digest = hashlib.sha256(json.dumps(parts).encode()).digest()
        return int.from_bytes(digest[:8], signed=True)


def is_plain_text(known: AnyField) -> bool:
    """Whether SQL can judge a text for this field: any text up to a length."""
    is_text = isinstance(known, (models.CharField, models.TextField)) and not known.choices
    return is_text and all(
        isinstance(check, (MaxLengthValidator, ProhibitNullCharactersValidator)) for check in known.validators
    )
