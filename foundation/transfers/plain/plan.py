"""What the plain way finds out before it writes: which record each row means, who is whose parent, in what order.

The engine does the same in SQL (engine/matching.py, judging.py, families.py); the words there and here are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from foundation.transfers.columns import Column, TextWidget
from foundation.transfers.declaration import Identity
from foundation.transfers.engine.layout import is_plain_text
from foundation.transfers.lookups import LONGEST_NUMBER, LookupWidget
from foundation.transfers.options import CLEAR, Blank, Strategy
from foundation.transfers.reports import Refusal

if TYPE_CHECKING:
    from foundation.transfers.plain.resource import PlainResource

LINE = "__line__"  # rides along in each row; no file has such a header, since the headers are ours
Row = dict[str, Any]
Node = tuple[str, int]  # ("pk", 5), or ("line", 2) for a row that makes a new record


class Plan:
    """Targets, refusals and order of the rows of one file, against the database as it was before."""

    def __init__(self, resource: PlainResource, rows: list[Row], columns: list[Column]) -> None:
        self.resource, self.rows, self.columns = resource, rows, columns
        self.model: type[models.Model] = resource._meta.model
        self.targets: dict[int, int] = {}
        self.refusals: list[Refusal] = []
        self.saved: dict[int, models.Model] = {}
        self.circular: dict[int, str] = {}  # by line: the sentence
        self.parents: dict[int, Node | str] = {}  # by line; a text is why there is none
        self.deleting = {row[LINE] for row in rows if self._says_delete(row)}
        for row in rows:
            self._match(row)
        self._refuse_doubles()
        self.astray = self.refused  # nobody knows what record they mean
        self._place()

    @property
    def refused(self) -> set[int]:
        """Lines that are refused already."""
        return {refusal.line for refusal in self.refusals} | set(self.circular)

    # --- which record -----------------------------------------------------------------------------------------------

    def identities(self) -> list[Identity]:
        """Those whose columns the file brings."""
        return [i for i in self.resource.identities if all(self.columns_of(name) for name in i.needed)]

    def columns_of(self, name: str) -> list[Column]:
        """The file's columns for a field."""
        return [column for column in self.columns if column.attribute == name]

    def _match(self, row: Row) -> None:
        for identity in self.identities():
            values = self._values(identity, row)
            column = self.columns_of(identity.needed[0])[0]
            cell = row[column.column_name]
            found = [] if values is None else list(self._found(identity, values, row))
            if len(found) > 1:
                sentence = str(identity.ambiguous) % {"count": len(found), "value": cell}
                self.refusals.append(Refusal(row[LINE], column.column_name, cell, sentence))
                return
            if found:
                self.targets[row[LINE]] = found[0]
                return
            if identity.must_exist and cell and cell != CLEAR and self.deletes(row):
                return
            if identity.must_exist and cell and cell != CLEAR:
                sentence = _(
                    "There is no %(kind)s with the %(column)s %(value)s. Leave the %(column)s blank to make a new one."
                ) % {"kind": self.model._meta.verbose_name, "column": column.column_name, "value": cell}
                self.refusals.append(Refusal(row[LINE], column.column_name, cell, sentence))
                return

    def _values(self, identity: Identity, row: Row) -> dict[str, Any] | None:
        """What the row says for the fields of an identity; None if a needed one is blank or makes no sense."""
        values = {name: self._value(name, row) for name in identity.fields}
        return None if any(values[name] is None for name in identity.needed) else values

    def _value(self, name: str, row: Row) -> Any:
        for column in self.columns_of(name):
            text = row[column.column_name]
            if text and text != CLEAR:
                return self.read(column, name, text)
        return None

    def value_after(self, name: str, row: Row) -> Any:
        """What a field holds once the row is in; None where it is taken away, or the cell makes no sense."""
        columns = self.columns_of(name)
        for column in columns:
            if cell := row[column.column_name]:
                return None if cell == CLEAR else self.read(column, name, cell)
        if columns and self.resource.options.blank == Blank.CLEAR:
            return None
        rows = self.model._default_manager.filter(pk=self.targets.get(row[LINE]))
        return rows.values_list(name, flat=True).first()

    def _is_filled(self, name: str, row: Row) -> bool:
        """Whether a cell speaks of a field, be it nonsense."""
        return any(row[column.column_name] not in ("", CLEAR) for column in self.columns_of(name))

    def read(self, column: Column, name: str, text: str) -> Any:
        """What a text says for a field; None if it makes no sense."""
        known: Any = self.model._meta.get_field(name)
        if isinstance(known, models.AutoField):
            return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None
        if type(column.widget) is TextWidget and is_plain_text(known):
            return text
        try:
            value = column.widget.clean(text, options=self.resource.options)
            value = getattr(value, "pk", value)
            return known.clean(value, None) if not isinstance(column.widget, LookupWidget) else value
        except (ValueError, ValidationError):
            return None

    def _found(self, identity: Identity, values: dict[str, Any], row: Row) -> models.QuerySet[Any]:
        rows = self.resource.visible(self.resource.options)
        if identity.unless and self._is_filled(identity.unless, row):
            rows = rows.filter(**{identity.unless: ""})
        for name, value in values.items():
            if isinstance(self.model._meta.get_field(name), (models.CharField, models.TextField)):
                rows = rows.annotate(**{f"_{name}": Lower(name)}).filter(
                    **{f"_{name}": Lower(models.Value(value or ""))}
                )
            else:
                rows = rows.filter(**{name: value})
        return rows.values_list("pk", flat=True)

    # --- doubles ----------------------------------------------------------------------------------------------------

    def _refuse_doubles(self) -> None:
        groups: list[list[int]] = []
        by_target: dict[int, list[int]] = {}
        repeated = {row[LINE] for row in self.rows if self._repeats(row)}
        for line, pk in self.targets.items():
            if line not in repeated:
                by_target.setdefault(pk, []).append(line)
        groups += by_target.values()
        for identity in self.identities():
            groups += self._same(identity)
        doubled: dict[int, list[int]] = {}
        for group in sorted((sorted(g) for g in groups if len(g) > 1), key=lambda g: (-len(g), g)):
            for line in group:
                doubled.setdefault(line, group)
        sentence = str(self.resource.doubled)
        for line, group in doubled.items():
            names = {"kind": self.model._meta.verbose_name, "lines": ", ".join(map(str, group))}
            self.refusals.append(Refusal(line, "", "", sentence % names))

    def _repeats(self, row: Row) -> bool:
        """Whether other rows may mean the same record."""
        fields = self.resource.repeatable
        return fields is not None and not any(row[c.column_name] for name in fields for c in self.columns_of(name))

    def _same(self, identity: Identity) -> list[list[int]]:
        """Groups of lines with the same key; where another field may tell rows apart, only new ones, one lacking it."""
        lines: dict[tuple[Any, ...], list[int]] = {}
        alone: set[int] = set()
        for row in self.rows:
            values = self._values(identity, row)
            if values is None or self._repeats(row) or (identity.unless and row[LINE] in self.targets):
                continue
            key = tuple(v.lower() if isinstance(v, str) else v for v in values.values())
            lines.setdefault(key, []).append(row[LINE])
            if not identity.unless or not self._is_filled(identity.unless, row):
                alone.add(row[LINE])
        return [group for group in lines.values() if alone & set(group)]

    # --- families ---------------------------------------------------------------------------------------------------

    def names_parent(self, column: Column) -> bool:
        """Whether a column names the record above by a text that may stand in this very file."""
        widget = column.widget
        is_lookup = isinstance(widget, LookupWidget) and widget.model is self.model and widget.field != "id"
        return is_lookup and bool(column.attribute) and column.attribute == self.resource.tree

    def _place(self) -> None:
        """Find every row's parent; refuse circles as long as there are any."""
        if not self.resource.tree:
            return
        for row in self.rows:
            for column in (c for c in self.columns if c.attribute == self.resource.tree):
                cell = row[column.column_name]
                if cell and cell != CLEAR:
                    self.parents[row[LINE]] = self._parent(column, cell)
                    break
        while circles := self._circles():
            self.circular |= circles

    def _parent(self, column: Column, cell: str) -> Node | str:
        if not self.names_parent(column):
            try:
                return "pk", column.widget.clean(cell, options=self.resource.options).pk
            except ValueError as error:
                return str(error)
        found = self._candidates(column, cell)
        if len(found) > 1:
            return _("%(count)s records are called “%(value)s”.") % {"count": len(found), "value": cell}
        return found[0] if found else str(column.widget.missing) % {"value": cell}

    def _candidates(self, column: Column, cell: str) -> list[Node]:
        """Records that will bear the name: those of the database that the file does not speak of, and the file's."""
        field, spoken_of = column.widget.field, set(self.targets.values())
        rows = column.widget.rows_for(self.resource.options).annotate(_n=Lower(field))
        known = rows.filter(_n=Lower(models.Value(cell))).exclude(pk__in=spoken_of).values_list("pk", flat=True)
        named = [row for row in self.rows if self._name_after(row, field).lower() == cell.lower()]
        return [("pk", pk) for pk in known] + [self.node(row[LINE]) for row in named]

    def _name_after(self, row: Row, field: str = "") -> str:
        field = field or self.resource.tree_name
        if name := self._value(field, row):
            return str(name)
        if row[LINE] not in self.targets or self._is_cleared(row, field):
            return ""
        return str(getattr(self.model._default_manager.get(pk=self.targets[row[LINE]]), field))

    def node(self, line: int) -> Node:
        """The record of a line, as a place in the tree."""
        return ("pk", self.targets[line]) if line in self.targets else ("line", line)

    def _tree_after(self) -> dict[Node, Node | None]:
        """Who hangs below whom once the rows are in that are still good."""
        column = f"{self.resource.tree}_id"
        above: dict[Node, Node | None] = {
            ("pk", pk): ("pk", parent) if parent else None
            for pk, parent in self.model._default_manager.values_list("pk", column)
        }
        for row in self.rows:
            line = row[LINE]
            if not self._moves(row):
                continue
            if line in self.parents:
                above[self.node(line)] = self.parents[line]  # type: ignore[assignment]
            elif self._is_cleared(row, self.resource.tree):
                above[self.node(line)] = None
        return above

    def _moves(self, row: Row) -> bool:
        """Whether a row takes its place in the tree."""
        line = row[LINE]
        return not (line in self.refused or self.is_left(line) or isinstance(self.parents.get(line), str))

    def is_left(self, line: int) -> bool:
        """Whether the strategy leaves a row alone."""
        leaves = {Strategy.ADD: line in self.targets, Strategy.UPDATE: line not in self.targets}
        goes_nowhere = line in self.deleting and line not in self.targets
        return line not in self.astray and (goes_nowhere or leaves.get(Strategy(self.resource.options.strategy), False))

    def deletes(self, row: Row) -> bool:
        """Whether a row says that its record is to go."""
        return row[LINE] in self.deleting

    def _says_delete(self, row: Row) -> bool:
        column = next((c for c in self.columns if c.column_name == self.resource.deleting), None)
        cell = row[column.column_name] if column else ""
        try:
            return bool(column and cell and cell != CLEAR and column.widget.clean(cell))
        except ValueError:
            return False

    def _is_cleared(self, row: Row, name: str) -> bool:
        cells = [row[c.column_name] for c in self.columns_of(name)]
        clears = self.resource.options.blank == "clear"
        return CLEAR in cells or (clears and bool(cells) and not any(cells))

    def _circles(self) -> dict[int, str]:
        above = self._tree_after()
        lines = {self.node(row[LINE]): row for row in self.rows if self._moves(row)}
        found = {}
        for node, row in lines.items():
            if circle := _circle(node, above):
                found[row[LINE]] = self._sentence(row, [lines[n][LINE] for n in circle if n in lines], node, above)
        return found

    def _sentence(self, row: Row, lines: list[int], node: Node, above: dict[Node, Node | None]) -> str:
        name, parent = self._name_after(row), above[node]
        if parent == node:
            sentence = _("Circular reference detected. '%(name)s' cannot be its own parent.") % {"name": name}
        elif len(lines) == 1 and parent:
            above_name = str(getattr(self.model._default_manager.get(pk=parent[1]), self.resource.tree_name))
            sentence = _(
                "Circular reference detected. '%(parent)s' cannot be a parent of '%(name)s' because it is its child."
            ) % {"parent": above_name, "name": name}
        else:
            shown = ", ".join(map(str, sorted(lines)))
            sentence = _("Circular reference detected. The lines %(lines)s are each other's parents.") % {
                "lines": shown
            }
        return sentence

    def in_order(self) -> list[Row]:
        """The rows of which it is known what record they mean, those higher up in the tree first."""
        good = [row for row in self.rows if row[LINE] not in self.astray]
        if not self.resource.tree:
            return good
        above = self._tree_after()
        return sorted(good, key=lambda row: _depth(self.node(row[LINE]), above))

    def parent_of(self, line: int, column: Column, cell: str) -> models.Model:
        """Return the parent a row names; raises ValueError with the sentence where there is none."""
        if line in self.circular:
            raise ValueError(self.circular[line])
        parent = self.parents[line]
        if isinstance(parent, str):
            raise ValueError(parent)  # noqa: TRY004  (a sentence, for the column)
        if parent[0] == "pk":
            return self.model._default_manager.get(pk=parent[1])
        if parent[1] not in self.saved:
            raise ValueError(
                _("Its parent on line %(line)s does not come in. Mend that row first.") % {"line": parent[1]}
            )
        return self.saved[parent[1]]

    def raise_unless_found(self, line: int) -> None:
        """Raise ValueError with the sentence where a row names a parent that is nowhere."""
        if isinstance(parent := self.parents[line], str):
            raise ValueError(parent)  # noqa: TRY004  (a sentence, for the column)

    def note_saved(self, line: int, instance: models.Model) -> None:
        """A row is in: others may hang below it."""
        self.saved[line] = instance


def _circle(node: Node, above: dict[Node, Node | None]) -> list[Node]:
    """The records on the way up from one that leads back to it; none if it does not."""
    seen, at = [node], above.get(node)
    while at is not None and at != node:
        if at in seen:
            return []
        seen.append(at)
        at = above.get(at)
    return seen if at == node else []


def _depth(node: Node, above: dict[Node, Node | None]) -> int:
    depth, at = 0, above.get(node)
    while at is not None:
        depth, at = depth + 1, above.get(at)
    return depth
