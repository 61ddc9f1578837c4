"""No two price lists of a holder at the same position: told of the rows of a file, all at once and one by one.

What counts is how the lists stand once the file is in: two of them may change places. Lists that shared a position
before may go on doing so, but none comes to stand where another one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Min
from django.utils.translation import gettext as _

from catalog.models import PriceList
from foundation.transfers.engine.sql import execute, literal
from foundation.transfers.plain.plan import LINE

if TYPE_CHECKING:
    from foundation.transfers.engine.layout import Layout
    from foundation.transfers.engine.sql import Names
    from foundation.transfers.plain.plan import Plan

Place = tuple[Any, Any]  # holder and position


def place_taken() -> str:
    """The refusal, with %(list)s and %(position)s."""
    return _("“%(list)s” stands at position %(position)s already: give each price list a position of its own.")


def judge_places(names: Names, layout: Layout, holder: str) -> None:
    """Refuse rows, right in all else, that put a list where another one of the holder stands then."""
    target = layout.target("position")
    if target is None:
        return
    cell, whose = target.cells[0], f"{holder}_id" if holder else "true"
    said = f"replace({literal(place_taken())}, '%(position)s', r.position::text)"
    execute(f"""
        WITH standing AS (
            SELECT r.id, r.price_list_id, {whose} AS whose, r.position FROM {names.rows} r WHERE r._state <> 'deleted'
            UNION ALL
            SELECT t.id, t.price_list_id, {whose}, t.position FROM {layout.table} t
            WHERE NOT EXISTS (SELECT 1 FROM {names.rows} r WHERE r.id = t.id)
        ), taken AS (
            SELECT r.id, min(l.name) AS list FROM (SELECT *, {whose} AS whose FROM {names.rows}) r
            JOIN standing o ON o.whose = r.whose AND o.position = r.position AND o.id <> r.id
            JOIN {PriceList._meta.db_table} l ON l.id = o.price_list_id
            LEFT JOIN {layout.table} t ON t.id = r.id
            WHERE r._state IN ('new', 'changed') AND r.position IS DISTINCT FROM t.position GROUP BY r.id
        )
        INSERT INTO {names.errors}
        SELECT r._line, {cell.number}, {literal(cell.column.column_name)}, coalesce(f.{cell.name}, ''), 'position',
               replace({said}, '%(list)s', taken.list)
        FROM taken JOIN {names.rows} r ON r.id = taken.id JOIN {names.raw} f ON f._line = r._line
        WHERE NOT EXISTS (SELECT 1 FROM {names.errors} e WHERE e._line = r._line)
    """)


class PlainPlaces:
    """The part of a plain resource that knows how the lists stand once the file is in."""

    holder: ClassVar[str] = ""
    plan: Plan
    _places: tuple[Plan, dict[Place, set[int]], dict[int, int]] | None = None

    def place_problem(self, instance: Any) -> str:
        """Why a list cannot stand where a row puts it; blank if it can."""
        standing, former = self._standing()
        others = standing.get((self._whose(instance), instance.position), set()) - {instance.price_list_id}
        if not others or former.get(instance.pk) == instance.position:
            return ""
        first = PriceList.objects.filter(pk__in=others).aggregate(first=Min("name"))["first"]
        return place_taken() % {"list": first, "position": instance.position}

    def _whose(self, record: Any) -> Any:
        return getattr(record, f"{self.holder}_id") if self.holder else True

    def _standing(self) -> tuple[dict[Place, set[int]], dict[int, int]]:
        """The lists at each place once the file is in, and the positions before; asked before the first row is in."""
        if self._places is None or self._places[0] is not self.plan:
            self._places = (self.plan, *self._look())
        return self._places[1:]

    def _look(self) -> tuple[dict[Place, set[int]], dict[int, int]]:
        rows = [row for row in self.plan.in_order() if not self.plan.is_left(row[LINE])]
        spoken_of = {self.plan.targets.get(row[LINE]) for row in rows}
        standing: dict[Place, set[int]] = {}
        known: list[Any] = list(self.plan.model._default_manager.all())
        for record in known:
            if record.pk not in spoken_of:
                standing.setdefault((self._whose(record), record.position), set()).add(record.price_list_id)
        for row in (row for row in rows if not self.plan.deletes(row)):
            place = (
                self.plan.value_after(self.holder, row) if self.holder else True,
                self.plan.value_after("position", row),
            )
            price_list = self.plan.value_after("price_list", row)
            if None not in (*place, price_list):
                standing.setdefault(place, set()).add(price_list)
        return standing, {record.pk: record.position for record in known}
