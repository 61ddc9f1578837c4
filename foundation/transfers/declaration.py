"""What a resource says about itself beyond its columns; the plain way and the engine both read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.identity.models import User
from foundation.transfers.columns import VERSION, Column
from foundation.transfers.options import Options, Strategy
from foundation.transfers.reports import TakenBack

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names


@dataclass(frozen=True)
class Identity:
    """Fields that tell which record a row means. A resource lists several: the first that finds one decides.

    Texts are compared ignoring case. It is tried where all `required` fields (without: all fields) are filled; the
    others may be blank and then mean a blank one. `must_exist`: a row that names nobody is refused. With `unless`, a
    row that fills that field too only means records whose own is still blank: a name beside another code is somebody
    else's. `ambiguous` is the sentence when several fit, with %(count)s and %(value)s.
    """

    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    must_exist: bool = False
    unless: str = ""
    ambiguous: str | Promise = _("%(count)s records fit “%(value)s”: say which by the Id.")

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that must be filled."""
        return self.required or self.fields


@dataclass(frozen=True)
class Rule:
    """Values that Python judges or makes, asked once for each different input.

    `compute` gets the values of `reads` (and `context`, if given) by name, and returns those of `writes`; it raises
    ValidationError with messages by field. It must agree with the model's `clean()`, which says the same row by row.
    It is asked for new rows unless all of `reads` are blank (with `always` even then), and for others where one of them
    changes. With `beyond_model` the model says nothing of it, and the plain way asks as well. `context` is SQL for one
    more text, with `{id}` for the record's key and `{name}` for what is read.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    compute: Callable[..., dict[str, Any]]
    context: str = ""
    always: bool = False
    beyond_model: bool = False


@dataclass(frozen=True)
class Rewrite:
    """Cells that are made of others before anybody reads them, asked once for each different input.

    `compute` gets the texts of the columns `reads` by name, blank where the file has none, and returns those of
    `writes`. It is asked in files that have one of `needs`, of rows where one of these is filled; columns that it
    writes and the file lacks are there as if it had them.
    """

    needs: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    compute: Callable[[dict[str, str]], dict[str, str]]


@dataclass(frozen=True)
class Taken:
    """A flag that one record of a holder has: who takes it takes it from the former one, the last row of a file wins.

    With `always` somebody must have it: a row that says no leaves it where it is.
    """

    field: str
    holder: str
    always: bool = False


class Declared:
    """The attributes and methods by which a resource says how its files are to be taken; each has a plain default.

    Subclasses declare columns, `identities` (which record a row means), `rules` (what Python judges), and `tree`, the
    field by which records hang below each other, with `tree_name`, the field that names them. Further `rewrites` (cells
    made of others), `taken` (flags that one of several has), `deleting`, the column that says a record is to go, and
    `required`, fields that a file must fill in a new record whatever the model says, with the sentence. `doubled` is
    said of rows that mean the same record; `into` is the field of a record that the whole file goes into, which is
    given beside it (`options.into`), and `strategies` are those it can be taken by. Rows that leave all fields of
    `repeatable` blank may mean one record together. A resource of a view says in `keys_from` which table its keys are
    those of, writes by itself (`write`, `undo`), and says in `written_as` what a new row `r` has become: SQL of a join,
    and of the key.
    """

    identities: ClassVar[tuple[Identity, ...]] = ()
    rules: ClassVar[tuple[Rule, ...]] = ()
    tree: ClassVar[str] = ""
    tree_name: ClassVar[str] = "name"
    rewrites: ClassVar[tuple[Rewrite, ...]] = ()
    taken: ClassVar[tuple[Taken, ...]] = ()
    deleting: ClassVar[str] = ""
    required: ClassVar[dict[str, str | Promise]] = {}
    doubled: ClassVar[str | Promise] = _("The same %(kind)s stands on the lines %(lines)s: keep one of them.")
    strategies: ClassVar[tuple[Strategy, ...]] = (Strategy.UPSERT, Strategy.ADD, Strategy.UPDATE)
    into: ClassVar[str] = ""
    completed: ClassVar[tuple[str, ...]] = ()
    keys_from: ClassVar[str] = ""
    written_as: ClassVar[tuple[str, str]] = ("", "r.id")
    repeatable: ClassVar[tuple[str, ...] | None] = None

    if TYPE_CHECKING:  # what django-import-export's metaclass gives every resource
        fields: ClassVar[dict[str, Any]]
        _meta: Any

    @classmethod
    def columns(cls) -> list[Column]:
        """Return the columns in the order of an export."""
        return [*(cls.fields[name] for name in cls._meta.fields), VERSION]

    def visible(self, options: Options) -> models.QuerySet[Any]:
        """Return the records a row may mean: those the importing person may see."""
        return self._meta.model._default_manager.all()

    def sees_all(self, options: Options) -> bool:
        """Whether the importing person may see every record."""
        return True

    def taken_by(self, options: Options) -> Options:
        """Return the options by which such a file is taken, where not all that can be chosen makes sense for it."""
        return options

    def new_values(self, options: Options) -> dict[str, Any]:
        """Return values that every new record begins with, by field."""
        return {}

    def judge(self, names: Names, layout: Layout) -> None:
        """Write further refusals into the engine's table of errors; the model or the database must refuse the same."""

    def depends_on(self, options: Options) -> list[Any]:
        """What else says what a row means: another value of it, and no row is known to be unchanged."""
        return [options.into]

    def is_current(self, names: Names, layout: Layout) -> bool:
        """Hold what the rows depend on, and say whether it is what the check found; versions are asked besides."""
        return True

    def complete(self, names: Names, layout: Layout) -> list[str]:
        """Fill or change cells of the staged rows; columns named in `completed` are there even if the file lacks them.

        Returns sentences that the preview shows.
        """
        return []

    def write(self, names: Names, layout: Layout, chosen: str) -> int | None:
        """Write the rows `r` of a condition in another way than into the model's table; return how many."""
        return None

    def written(self, names: Names, layout: Layout) -> None:
        """Write what is written once for all rows; raises ValidationError where it turns out that they are stale."""

    def undo(self, number: int, actor: User | None) -> int:
        """Take back what the change ledger does not know of an import; return how many records that were."""
        return 0

    def undo_books(self, number: int) -> TakenBack:
        """What `undo` would book."""
        return TakenBack()

    def finish(self, options: Options) -> dict[str, Any]:
        """Do what comes after all rows, in their transaction; what is returned is kept with the import's counts."""
        return {}

    def undo_problem(self, options: Options, counts: dict[str, Any]) -> str:
        """Why an import of these counts cannot be undone now; blank if it can."""
        return ""

    def undo_without(self, options: Options) -> frozenset[str]:
        """Tables whose rows an undo need not touch one by one, because it takes them out of force as a whole."""
        return frozenset()

    def undo_caution(self, options: Options, counts: dict[str, Any]) -> str:
        """What a person should hear of an undo that takes away more than its rows say."""
        return ""

    def caution(self, options: Options) -> str:
        """What a person should hear before the import is applied."""
        return ""

    def for_export(self, rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """Load with the rows what the columns show; override where they name other records."""
        return rows.order_by("pk")
