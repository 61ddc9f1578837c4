"""Columns of a file: a django-import-export field with what a person may write instead of its header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

from foundation.changes.triggers import quoted
from foundation.transfers.lookups import LookupWidget


class Column(Field):
    """A column; `aliases` are other headers that mean the same, `sample` and `help` are what a template shows.

    A blank cell keeps what the record has; a column the file lacks is never touched. Columns with `oro=False` are our
    own and left out of a file for OroCommerce; those `on_demand` are written only where somebody names them. `export`
    is an expression that gives the cell's text in a queryset of the model, or the path of a field; without it the
    attribute and the widget say it.
    """

    def __init__(
        self,
        column_name: str,
        attribute: str | None = None,
        *,
        widget: Widget | None = None,
        aliases: tuple[str, ...] = (),
        sample: str = "",
        help: str | Promise = "",
        oro: bool = True,
        on_demand: bool = False,
        export: Combinable | str | None = None,
        **options: Any,
    ) -> None:
        options.setdefault("saves_null_values", False)
        super().__init__(attribute=attribute, column_name=column_name, widget=widget or TextWidget(), **options)
        self.aliases = aliases
        self.sample = sample
        self.help = help
        self.oro = oro
        self.on_demand = on_demand
        self.expression = export  # `export` itself is a method of every field


class TextWidget(Widget):
    """Text without the spaces around it; blank is nothing."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        """Return the text, or None for a blank cell."""
        return str(value or "").strip() or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the text as it stands in the file."""
        return "" if value is None else str(value)


VERSION = Column(
    "Version",
    "version",
    readonly=True,
    oro=False,
    on_demand=True,
    help=gettext_lazy(
        "How often the record was written. With it a row is refused whose record somebody else has changed since the "
        "export; leave the cell blank to write over such changes."
    ),
)


def changed_since() -> str:
    """Said of a row whose record is not the one that the file was written from, with %(version)s."""
    return _(
        "Somebody has changed the record since this file was written: it is version %(version)s now. Look at it, then "
        "export it again, or leave this cell blank."
    )


class ListWidget(TextWidget):
    """Several codes in one cell, with a separator; their order counts."""

    def __init__(self, separator: str = ";") -> None:
        super().__init__()
        self.separator = separator

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str] | None:  # type: ignore[override]
        """Return the codes in their order, None for a blank cell."""
        return [part.strip() for part in str(value or "").split(self.separator) if part.strip()] or None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the codes joined."""
        return self.separator.join(value or [])


class NamesWidget(ListWidget):
    """Names of several records in one cell, none of them twice, and no more than `at_most`."""

    def __init__(self, separator: str = ";", at_most: int = 0) -> None:
        super().__init__(separator)
        self.at_most = at_most

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str] | None:  # type: ignore[override]
        """Return the names in their order, None for a blank cell; raises ValueError with what is wrong."""
        names = super().clean(value, row, **kwargs)
        folded = [name.lower() for name in names or []]
        if twice := [name for at, name in enumerate(names or []) if name.lower() in folded[:at]]:
            raise ValueError(_("“%(value)s” stands in the cell twice.") % {"value": twice[0]})
        if self.at_most and len(folded) > self.at_most:
            raise ValueError(_("At most %(limit)d can be named here.") % {"limit": self.at_most})
        return names


@dataclass(frozen=True)
class Link:
    """A table between two models: rows of `through` say which `target` an `owner` has, perhaps in an order."""

    through: type[models.Model]
    owner: str
    target: str
    position: str = ""
    once: tuple[str, ...] = ()  # fields of which the same values may not stand twice; without: owner and target
    taken: str | Promise = ""  # a target has one owner at most; the refusal, with %(value)s, where it has another one

    @property
    def table(self) -> str:
        """The quoted table."""
        return quoted(self.through._meta.db_table)

    @property
    def owner_column(self) -> str:
        """The quoted column of the owner."""
        return self._column(self.owner)

    @property
    def target_column(self) -> str:
        """The quoted column of the target."""
        return self._column(self.target)

    @property
    def ends(self) -> tuple[str, str]:
        """The names of both ends."""
        return self.owner, self.target

    @property
    def once_columns(self) -> list[str]:
        """The quoted columns of which the same values may not stand twice."""
        return [self._column(name) for name in self.once or self.ends]

    @property
    def order(self) -> str:
        """SQL of the order of an owner's links in a query that calls the table `w`."""
        return f"w.{self._column(self.position)}, w.id" if self.position else f"w.{self.target_column}"

    def _column(self, name: str) -> str:
        return quoted(str(self.through._meta.get_field(name).column))  # type: ignore[union-attr]


@dataclass(frozen=True)
class Scope:
    """Among which records a name is looked for: those that fit the row that names them, the nearest first.

    `field` is a key of the row's record, `holder` one of the named records, both to the same kind; 0 stands for none.
    `pairs` is SQL of who fits whom, (of, holder, rank), of the keys of a query `{wanted}`; `rank` says the same of one
    pair, None where they do not fit. A name that the record has already means the one it has.
    """

    field: str
    holder: str
    pairs: str
    rank: Callable[[int, int], int | None]


class LinkedColumn(Column):
    """A cell that names several records, in order, divided by `;`; they are kept in a table between.

    With `scope` only records that fit the row's are meant. A link whose targets have one owner needs one.
    """

    def __init__(
        self,
        column_name: str,
        link: Link,
        lookup: LookupWidget,
        *,
        at_most: int = 0,
        scope: Scope | None = None,
        **options: Any,
    ) -> None:
        super().__init__(column_name, None, widget=NamesWidget(at_most=at_most), **options)
        self.link, self.lookup, self.scope = link, lookup, scope
