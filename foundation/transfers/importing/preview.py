"""What an import would do, page by page, out of its staging tables: nothing is counted or loaded that is not shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from foundation.transfers.columns import LinkedColumn
from foundation.transfers.engine.drafting import present_links
from foundation.transfers.engine.layout import Kind, Layout
from foundation.transfers.engine.sql import Names, fetch, literal, quoted
from foundation.transfers.engine.staging import is_staged
from foundation.transfers.importing.content import layout_of, names_of
from foundation.transfers.models import ImportRun

PAGE = 50
WORDS = {  # by the code of an error; all others are rules of a model or of a kind of file
    "ambiguous": gettext_lazy("not clear which"),
    "changed_since": gettext_lazy("changed since"),
    "circle": gettext_lazy("in a circle"),
    "doubled": gettext_lazy("twice in the file"),
    "form": gettext_lazy("not a whole row"),
    "max_length": gettext_lazy("too long"),
    "parent_refused": gettext_lazy("refused above"),
    "required": gettext_lazy("missing"),
    "rule": gettext_lazy("against a rule"),
    "taken": gettext_lazy("taken"),
    "unique": gettext_lazy("taken"),
    "unknown": gettext_lazy("not found"),
    "value": gettext_lazy("cannot be read"),
}


@dataclass(frozen=True)
class CellChange:
    """A field that would get another value."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class CellError:
    """One thing wrong with a row."""

    column: str
    value: str
    code: str
    message: str

    @property
    def word(self) -> str:
        """What kind of thing is wrong, in a word."""
        return str(WORDS.get(self.code, WORDS["rule"]))


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file: its line, what it is called, what would become of it."""

    line: int
    name: str
    key: int | None = None
    changes: list[CellChange] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


KINDS = ("new", "changed", "unchanged", "deleted", "left", "refused")


def page_of(run: ImportRun, kind: str, page: int, *, size: int = PAGE, column: str = "") -> list[PreviewRow]:
    """Return one page of the rows of a kind; `column` narrows refused rows to those with an error there."""
    names, layout, offset = names_of(run), layout_of(run), max(page - 1, 0) * size
    if kind == "refused":
        return _refused(names, layout, size, offset, column)
    if kind in ("new", "changed"):
        return _written(names, layout, kind, size, offset)
    return _quiet(names, layout, kind, size, offset)


@dataclass(frozen=True)
class Missing:
    """Records of a kind that rows are refused for the lack of, and that the import could make."""

    kind: str
    count: int
    names: list[str]


MISSING_SHOWN = 12


def missing_records(run: ImportRun) -> list[Missing]:
    """What the import would make if it were allowed to: the groups and terms that rows name in vain."""
    layout = layout_of(run)
    cells = {c.number: c for c in layout.cells if c.kind is Kind.LOOKUP and c.lookup.may_create(layout.options)}
    if not cells or layout.options.create_missing:
        return []
    query = f"""SELECT place, count(*), (array_agg(name ORDER BY name))[:{MISSING_SHOWN}] FROM (
            SELECT place, min(value) AS name FROM {names_of(run).errors}
            WHERE code = 'unknown' AND place IN ({", ".join(map(str, cells))}) GROUP BY place, lower(value)
        ) named GROUP BY place ORDER BY place"""
    return [
        Missing(str(cells[place].lookup.model._meta.verbose_name_plural), count, list(found))
        for place, count, found in fetch(query)
    ]


def is_there(run: ImportRun) -> bool:
    """Whether what was found out is still kept: a crash of the database or the sweeper may have taken it."""
    return is_staged(names_of(run), run.counts.get("read", 0))


def error_columns(run: ImportRun) -> list[tuple[str, int]]:
    """The columns with errors, and in how many rows; worst first."""
    query = f"SELECT column_name, count(DISTINCT _line) FROM {names_of(run).errors} GROUP BY 1 ORDER BY 2 DESC, 1"
    return [(name, count) for name, count in fetch(query)]


def first_errors(run: ImportRun, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
    """The errors as the command line and the API print them: line, column, value, rule, message."""
    query = (
        f"SELECT _line, column_name, value, code, message FROM {names_of(run).errors} "
        f"ORDER BY _line, place, message, code, value OFFSET {offset}"
        + (f" LIMIT {limit}" if limit is not None else "")
    )
    return [dict(zip(("line", "column", "value", "rule", "message"), row, strict=True)) for row in fetch(query)]


CALLED = (("name",), ("street", "postal_code", "city"), ("first_name", "last_name"), ("email",), ("label",), ("code",))


def _called(layout: Layout, alias: str) -> str:
    """What a record is called, as SQL."""
    return _name_of(layout.model, alias, layout.resource.into)


def _name_of(model: type[models.Model], alias: str, skipped: str = "") -> str:
    """The first of the ways to call it that is not blank; what has none is called by the records it points to."""
    known = {f.name: f for f in model._meta.concrete_fields if isinstance(f, models.CharField)}
    ways = [[known[name] for name in way if name in known] for way in CALLED]
    texts = [
        f"""NULLIF(concat_ws(' ', {", ".join(f"NULLIF({alias}.{quoted(str(f.column))}, '')" for f in way)}), '')"""
        for way in ways
        if way
    ]
    return f"COALESCE({', '.join(texts)}, '')" if texts else _name_of_holder(model, alias, skipped)


def _name_of_holder(model: type[models.Model], alias: str, skipped: str) -> str:
    keys = [f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey) and f.name != skipped]
    names = []
    for known in keys:
        holder = known.related_model
        table, key = quoted(holder._meta.db_table), quoted(str(holder._meta.pk.column))
        own = f"x.{key} = {alias}.{quoted(str(known.column))}"
        names.append(f"(SELECT NULLIF({_name_of(holder, 'x')}, '') FROM {table} x WHERE {own})")
    return f"concat_ws(' – ', {', '.join(names)})" if names else "''"


def _written(names: Names, layout: Layout, kind: str, size: int, offset: int) -> list[PreviewRow]:
    """New and changed rows with old → new per field."""
    shown = layout.written() if kind == "changed" else _shown_of_new(layout)
    ours = [f"r.{quoted(str(f.column))}" for f in shown] + [f"r.k{cell.number}" for cell in layout.links]
    theirs = [f"t.{quoted(str(f.column))}" for f in shown] + [f"({present_links(layout, c)})" for c in layout.links]
    rows = fetch(
        f"SELECT r._line, r.id, {', '.join([_called(layout, 'r'), *ours, *theirs])} FROM {names.rows} r "
        f"LEFT JOIN {layout.table} t ON t.{layout.key} = r.id WHERE r._state = '{kind}' "
        f"ORDER BY r._line LIMIT {size} OFFSET {offset}"
    )
    width = len(ours)
    values = [row[3 : 3 + width] for row in rows] + [row[3 + width :] for row in rows]
    columns = [*shown, *(cell.column for cell in layout.links)]
    labels = Labels(columns, values, names, layout)
    shown_as = [(known, _label(layout, known)) for known in columns]
    return [
        PreviewRow(line, name or "", key, _changes(shown_as, labels, values[:width], values[width:]))
        for line, key, name, *values in rows
    ]


def _shown_of_new(layout: Layout) -> list[Any]:
    given = {target.field.name for target in layout.targets} | set(layout.resource.new_values(layout.options))
    return [known for known in layout.fields if known.name in given and known.editable]


def _changes(shown: list[tuple[Any, str]], labels: Labels, new: list[Any], old: list[Any]) -> list[CellChange]:
    return [
        CellChange(label, labels.text(known, before), labels.text(known, after))
        for (known, label), after, before in zip(shown, new, old, strict=True)
        if after != before and not (not before and after in ("", []))
    ]


def _label(layout: Layout, known: Any) -> str:
    """The header over a value; the field's name where none is, or several are, or it names a record by its number."""
    if isinstance(known, LinkedColumn):
        return str(known.column_name)
    cells = [cell for cell in layout.brought if cell.field is not None and cell.field.name == known.name]
    if len(cells) == 1 and not (cells[0].kind is Kind.LOOKUP and cells[0].lookup.by_number):
        return str(cells[0].column.column_name)
    return str(capfirst(known.verbose_name))


def _quiet(names: Names, layout: Layout, kind: str, size: int, offset: int) -> list[PreviewRow]:
    """Rows nothing happens to."""
    known = f"SELECT _line, id FROM {names.left}"
    if kind == "deleted":
        known = f"SELECT _line, id FROM {names.rows} WHERE _state = 'deleted'"
    if kind == "unchanged":
        known = f"""SELECT _line, id FROM {names.rows} WHERE _state = 'unchanged' UNION ALL
            SELECT s._line, s.record FROM {names.seen} s WHERE s.record IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = s._line)"""
    rows = fetch(
        f"SELECT k._line, t.{layout.key}, {_called(layout, 't')} FROM ({known}) k "
        f"LEFT JOIN {layout.table} t ON t.{layout.key} = k.id ORDER BY k._line LIMIT {size} OFFSET {offset}"
    )
    return [PreviewRow(line, name or "", key) for line, key, name in rows]


def _refused(names: Names, layout: Layout, size: int, offset: int, column: str) -> list[PreviewRow]:
    chosen = f"WHERE column_name = {literal(column)}" if column else ""
    cells = ", ".join(f"r.{cell.name}" for cell in layout.cells if cell.kind is not Kind.LINKS) or "NULL"
    rows = fetch(
        f"SELECT l._line, concat_ws(' · ', {cells}) FROM (SELECT DISTINCT _line FROM {names.errors} {chosen}) l "
        f"LEFT JOIN {names.raw} r ON r._line = l._line ORDER BY l._line LIMIT {size} OFFSET {offset}"
    )
    lines = ", ".join(str(line) for line, _cells in rows) or "0"
    said: dict[int, list[CellError]] = {}
    for line, *error in fetch(
        f"SELECT _line, column_name, value, code, message FROM {names.errors} "
        f"WHERE _line IN ({lines}) ORDER BY _line, place, message"
    ):
        said.setdefault(line, []).append(CellError(*error))
    return [PreviewRow(line, cells or "", errors=said.get(line, [])) for line, cells in rows]


class Labels:
    """Names of the records that values of a page point at: one query per kind of record, made ones included."""

    def __init__(self, shown: list[Any], rows: list[Any], names: Names, layout: Layout) -> None:
        self.names: dict[tuple[str, Any], str] = {}
        for place, known in enumerate(shown):
            found = [row[place] for row in rows if row[place] is not None]
            if isinstance(known, LinkedColumn) and found:
                self._load(known.lookup.model, {key for keys in found for key in keys})
            if isinstance(known, models.ForeignKey) and found:
                self._load(known.related_model, set(found))
                self._load_made(known.related_model, set(found), names, layout)

    def _load(self, model: Any, keys: set[Any]) -> None:
        for record in model._default_manager.filter(pk__in=keys):
            self.names[model._meta.label, record.pk] = str(record)

    def _load_made(self, model: Any, keys: set[Any], names: Names, layout: Layout) -> None:
        """Records that exist in this import only: those made on the way, and new rows of the same file."""
        missing = [key for key in keys if (model._meta.label, key) not in self.names]
        if missing:
            ids = ", ".join(map(str, missing))
            label = literal(model._meta.label)  # keys of one kind may be those of another, too
            made = f"SELECT id, name FROM {names.missing} WHERE model = {label} AND id IN ({ids})"
            if model is layout.model:
                made += f" UNION SELECT id, {_called(layout, 'r')} FROM {names.rows} r WHERE id IN ({ids})"
            for key, name in fetch(made):
                self.names[model._meta.label, key] = name

    def _name(self, model: Any, key: Any) -> str:
        return self.names.get((model._meta.label, key), f"#{key}")

    def text(self, known: Any, value: Any) -> str:
        """A value as people read it."""
        if value is None or value == "":
            return ""
        if isinstance(known, LinkedColumn):
            return "; ".join(self._name(known.lookup.model, key) for key in value)
        if isinstance(known, models.ForeignKey):
            return self._name(known.related_model, value)
        if known.choices:
            return str(dict(known.flatchoices).get(value, value))
        return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
