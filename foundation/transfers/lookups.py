"""Cells that name another record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from import_export.widgets import Widget

from foundation.transfers.options import Options

LONGEST_NUMBER = 18  # digits; a key has no more
MISSING = _("There is no “%(value)s”. Correct the cell or create it first.")
Rows = Callable[[Options], "models.QuerySet[Any]"]


class LookupWidget(Widget):
    """A record named by one of its fields, ignoring case; a name that nobody or several bear is refused.

    `rows` limits what the importing person may name; `creatable` lets a missing record be made where the import asks
    for it and the person may add such records; `missing` is the sentence of a refusal, with %(value)s. An exported cell
    is empty with `shown=False`. With `or_number` a record may also be named by its key: the field never holds a mere
    number.
    """

    def __init__(
        self,
        model: type[models.Model],
        field: str,
        *,
        rows: Rows | None = None,
        creatable: bool = False,
        shown: bool = True,
        or_number: bool = False,
        missing: str | Promise = MISSING,
    ) -> None:
        super().__init__()
        self.model, self.field = model, field
        self.rows, self.creatable, self.shown, self.missing = rows, creatable, shown, missing
        self.or_number = or_number

    def clean(self, value: Any, row: Any = None, *, options: Options, **kwargs: Any) -> models.Model | None:
        """Return the named record, None for a blank cell; raises ValueError with the sentence."""
        name = str(value or "").strip()
        if not name:
            return None
        found = list(self._find(name, options))
        if len(found) > 1:
            raise ValueError(_("%(count)s records are called “%(value)s”.") % {"count": len(found), "value": name})
        if not found and not self.creates(options):
            raise ValueError(self.missing % {"value": name})
        return found[0] if found else self._create(name, options)

    def creates(self, options: Options) -> bool:
        """Whether this import makes what is missing."""
        return options.create_missing and self.may_create(options)

    def may_create(self, options: Options) -> bool:
        """Whether the importing person may have it made: who may add such records by hand, and a command."""
        label, name = self.model._meta.app_label, self.model._meta.model_name
        return self.creatable and (options.actor is None or options.actor.has_perm(f"{label}.add_{name}"))

    def rows_for(self, options: Options) -> models.QuerySet[Any]:
        """Return the records the importing person may name."""
        return self.model._default_manager.all() if self.rows is None else self.rows(options)

    def keys(self, name: str, options: Options) -> list[int]:
        """Return the keys of all records of this name."""
        return list(self._find(name, options).values_list("pk", flat=True))

    def _find(self, name: str, options: Options) -> models.QuerySet[Any]:
        is_number = name.isascii() and name.isdecimal() and len(name) <= LONGEST_NUMBER
        if is_number and (self.or_number or self.by_number):
            return self.rows_for(options).filter(pk=name)
        if self.by_number:
            return self.model._default_manager.none()
        return self.rows_for(options).annotate(_name=Lower(self.field)).filter(_name=Lower(models.Value(name)))

    @property
    def by_number(self) -> bool:
        """Whether records are named by their key alone."""
        return isinstance(self.model._meta.get_field(self.field), models.AutoField)

    def _create(self, name: str, options: Options) -> models.Model:
        record = self.model(**{self.field: name})
        try:
            record.full_clean()
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error
        record.save()
        options.note_created(self.model)
        return record

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """Return the field that names the record."""
        return str(getattr(value, self.field)) if value is not None and self.shown else ""
