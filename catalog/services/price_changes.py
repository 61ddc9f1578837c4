"""Changes of many prices at once: by per cent, or by a block. Each is one set of the ledger and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Aggregate, Count, DecimalField, F, Max, QuerySet, TextField, Value
from django.db.models.functions import Round
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from catalog.models import Price, PriceList
from catalog.services.prices import price_list_hold
from foundation.changes.audit import audit
from foundation.changes.models import AuditEvent, Source
from foundation.changes.recording import current_recording
from foundation.changes.refusals import refusals

CHANGED, TAKEN_BACK = "prices.changed", "prices.taken_back"
LARGEST = Decimal(10) ** 15
SHOWN = 5  # the newest changes of a list that can be taken back by a click

# A price goes back to what it was, where nobody changed it since; a new one goes where nobody touched it since.
RESTORE = """
    UPDATE catalog_price p
    SET value = coalesce((c.before ->> 'value')::numeric, p.value),
        quantity = coalesce((c.before ->> 'quantity')::numeric, p.quantity)
    FROM changes_change c
    WHERE c.set_id = %(set)s AND c.table = 'catalog_price' AND c.operation = 'update' AND c.key = p.id
        AND p.price_list_id = %(list)s
        AND NOT EXISTS (SELECT 1 FROM changes_change l WHERE l.key = c.key AND l.id > c.id AND l.table = c.table)
"""
REMOVE = """
    DELETE FROM catalog_price p USING changes_change c
    WHERE c.set_id = %(set)s AND c.table = 'catalog_price' AND c.operation = 'insert' AND c.key = p.id
        AND p.price_list_id = %(list)s
        AND NOT EXISTS (SELECT 1 FROM changes_change l WHERE l.key = c.key AND l.id > c.id AND l.table = c.table)
"""


class RowsSeal(Aggregate):
    """One text for the keys and versions of all rows, in whatever order they are read."""

    template = "coalesce(sum(hashtextextended(concat_ws(':', %(expressions)s), 0)::numeric)::text, '')"
    output_field = TextField()


@dataclass(frozen=True)
class PercentChange:
    """Every price by so many per cent, rounded half up to so many decimals."""

    percent: Decimal
    decimals: int

    def new_value(self) -> Round:
        """The new price, for a query."""
        factor = Value(1 + self.percent / 100, output_field=DecimalField(max_digits=30, decimal_places=12))
        exact = F("value") * factor
        return Round(exact, self.decimals, output_field=DecimalField(max_digits=19, decimal_places=4))


@dataclass(frozen=True)
class PercentPreview:
    """What the change would do, and a seal of the rows it was worked out on."""

    rows: int
    changed: int
    sample: list[Price]  # with `new_value`
    seal: str


def percent_preview(*, prices: QuerySet[Price], change: PercentChange, sample: int) -> PercentPreview:
    """Work out the change without making it."""
    rows = prices.order_by()
    counted = rows.aggregate(rows=Count("pk"), largest=Max(change.new_value()), seal=RowsSeal("pk", "version"))
    if counted["largest"] is not None and counted["largest"] >= LARGEST:
        raise ValidationError(_("A price would become too large."))
    changed = rows.exclude(Exact(change.new_value(), F("value"))).count()
    shown = prices.annotate(new_value=change.new_value())[:sample]
    return PercentPreview(counted["rows"], changed, list(shown), counted["seal"])


@transaction.atomic
def percent_apply(
    *, price_list: PriceList, prices: QuerySet[Price], change: PercentChange, seal: str, actor: Any
) -> int:
    """Change the prices in one statement; refused if any of them is not as the preview showed it."""
    price_list_hold(price_list)
    if prices.aggregate(seal=RowsSeal("pk", "version"))["seal"] != seal:
        raise ValidationError(_("Prices were changed since the preview: look at it again."), code="stale")
    _name_set(_("%(percent)s %% on prices of “%(list)s”") % _words(price_list, percent=_signed(change.percent)))
    with refusals():
        changed = prices.order_by().exclude(Exact(change.new_value(), F("value"))).update(value=change.new_value())
    note_change(price_list=price_list, actor=actor, what={"percent": _signed(change.percent), "prices": changed})
    return changed


def _words(price_list: PriceList, **more: Any) -> dict[str, Any]:
    return {"list": price_list.name, **more}


def _signed(percent: Decimal) -> str:
    return f"{percent.normalize():+f}"


def _name_set(reason: str) -> None:
    if running := current_recording():
        running.describe(source=Source(running.context.source), reason=reason)


def note_change(*, price_list: PriceList, actor: Any, what: Mapping[str, Any]) -> None:
    """Remember that the running change set is one that can be taken back from the page of the list."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('hub.change_set', true)")
        change_set = cursor.fetchone()[0]
    if change_set:
        audit(CHANGED, actor=actor, subject=price_list, detail={"change_set": int(change_set), **what})


def recent_changes(price_list: PriceList) -> list[AuditEvent]:
    """The newest changes of many prices, each with `is_undone`."""
    events = AuditEvent.objects.filter(subject_type="catalog.pricelist", subject_key=str(price_list.pk))
    found = list(events.filter(kind=CHANGED).select_related("actor")[:SHOWN])
    undone = set(
        events.filter(
            kind=TAKEN_BACK, detail__change_set__in=[event.detail["change_set"] for event in found]
        ).values_list("detail__change_set", flat=True)
    )
    for event in found:
        event.is_undone = event.detail["change_set"] in undone  # type: ignore[attr-defined]
    return found


@transaction.atomic
def change_take_back(*, price_list: PriceList, event: AuditEvent, actor: Any) -> tuple[int, int]:
    """Undo a change of many prices, but for prices somebody changed since; return how many went back and were left."""
    price_list_hold(price_list)
    if running := current_recording():
        reason = _("Change of prices of “%(list)s” taken back") % _words(price_list)
        running.describe(source=Source.UNDO, reason=reason)
    names = {"set": event.detail["change_set"], "list": price_list.pk}
    with refusals(), connection.cursor() as cursor:
        cursor.execute(REMOVE, names)
        back = cursor.rowcount
        cursor.execute(RESTORE, names)
        back += cursor.rowcount
    detail = {"change_set": event.detail["change_set"], "prices": back}
    audit(TAKEN_BACK, actor=actor, subject=price_list, detail=detail)
    return back, max(int(event.detail.get("prices", back)) - back, 0)
