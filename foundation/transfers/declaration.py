"""What a resource says about itself beyond its columns; the plain way and the engine both read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
