"""Cells that name several records, written one by one by the plain way."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from foundation.transfers.columns import LinkedColumn
from foundation.transfers.options import CLEAR, Blank, Options
from foundation.transfers.plain.plan import LINE, Row
from foundation.transfers.plain.scoped import Meanings, ScopedNames


class PlainLinks:
    """The part of a plain resource that keeps the tables between."""

    options: Options
    scoped: ScopedNames

    def _linked(self, column: LinkedColumn, instance: models.Model, row: Row) -> list[int]:
        """Return the keys a cell names; those of now where it is blank."""
        cell = row[column.column_name]
        if cell == CLEAR or (not cell and self.options.blank == Blank.CLEAR):
            return []
        if not cell:
            return self._present_links(column, instance)
        return self._named(column, row)

    def _named(self, column: LinkedColumn, row: Row) -> list[int]:
        """Return the keys of the records; raises ValidationError naming all that nobody bears, or several."""
        names = column.widget.clean(row[column.column_name])
        found: Meanings = {name: column.lookup.keys(name, self.options) for name in names if not column.scope}
        if column.scope:
            found = self.scoped.meanings(column, row) or {}
        unknown = "; ".join(name for name, keys in found.items() if not keys)
        doubtful = "; ".join(name for name, keys in found.items() if len(keys) > 1)
        problems = [str(column.lookup.missing) % {"value": unknown}] if unknown else []
        problems += [_("Several records are called “%(value)s”.") % {"value": doubtful}] if doubtful else []
        problems += self.scoped.refusals.get((row[LINE], column), []) if column.link.taken else []
        if problems:
            raise ValidationError({column.column_name: problems})
        ids = [keys[0] for keys in found.values()]
        return ids if column.link.position else sorted(set(ids))

    def _present_links(self, column: LinkedColumn, instance: models.Model) -> list[int]:
        link = column.link
        rows = link.through._default_manager.filter(**{link.owner: instance.pk})
        order = (link.position, "pk") if link.position else (link.target,)
        return list(rows.order_by(*order).values_list(link.target, flat=True))

    def _set_links(self, column: LinkedColumn, instance: models.Model, ids: list[int]) -> None:
        link = column.link
        rows = link.through._default_manager.filter(**{link.owner: instance.pk})
        rows.exclude(**{f"{link.target}__in": ids}).delete()
        for place, pk in enumerate(ids, start=1):
            row = rows.filter(**{link.target: pk}).first() or link.through(
                **{f"{link.owner}_id": instance.pk, f"{link.target}_id": pk}
            )
            if link.position:
                setattr(row, link.position, place)
            row.full_clean()
            row.save()
