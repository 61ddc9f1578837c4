"""Changing the prices of a list: row by row as a page of it was edited, and as a block. One statement for many rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Price, PriceList, Product, Unit
from foundation.changes.refusals import refusals

SLOT = ("price_list", "edition", "product", "unit", "currency", "quantity")  # at most one price for each
Place = tuple[int, int, str, Decimal]


@dataclass(frozen=True)
class PriceEdit:
    """What somebody wants of a price they saw at a version; `is_gone` deletes it."""

    price: int
    seen_version: int
    quantity: Decimal
    value: Decimal
    is_gone: bool = False


@dataclass(frozen=True)
class PriceRow:
    """A price to be there: added, or changed where its slot is taken."""

    product: Product
    unit: Unit
    quantity: Decimal
    currency: str
    value: Decimal


class StalePricesError(Exception):
    """Prices that were changed or deleted after they were shown; nothing was saved."""

    def __init__(self, newer: dict[int, Price], gone: set[int]) -> None:
        super().__init__(f"{len(newer)} newer, {len(gone)} gone")
        self.newer, self.gone = newer, gone


def price_list_hold(price_list: PriceList) -> PriceList:
    """Lock a list, so that its edition stays while prices are written; return it as it is now."""
    return PriceList.objects.select_for_update(no_key=True).get(pk=price_list.pk)


@transaction.atomic
def prices_save(*, price_list: PriceList, edits: Sequence[PriceEdit]) -> tuple[int, int]:
    """Save the edited rows of a page, all or none; return how many were changed and deleted."""
    edition = price_list_hold(price_list).edition
    rows = Price.objects.filter(price_list=price_list, edition=edition, pk__in=[edit.price for edit in edits])
    found = {price.pk: price for price in rows.select_for_update().order_by("pk")}
    _refuse_stale(edits, found)
    gone = [edit.price for edit in edits if edit.is_gone]
    places = {price.pk: _place(price) for price in found.values()}
    changed = [_changed(found[edit.price], edit) for edit in edits if not edit.is_gone]
    with refusals():
        if gone:
            Price.objects.filter(pk__in=gone).delete()
        for round_ in _rounds(changed, places):
            Price.objects.bulk_update(round_, ["quantity", "value"])
    return len(changed), len(gone)


def _refuse_stale(edits: Sequence[PriceEdit], found: dict[int, Price]) -> None:
    newer = {
        edit.price: found[edit.price]
        for edit in edits
        if edit.price in found and found[edit.price].version != edit.seen_version
    }
    gone = {edit.price for edit in edits if edit.price not in found}
    if newer or gone:
        raise StalePricesError(newer, gone)


def _changed(price: Price, edit: PriceEdit) -> Price:
    price.quantity, price.value = edit.quantity, edit.value
    return price


def _place(price: Price) -> Place:
    """What no two prices of a list share, as far as the table of prices can change it."""
    return price.product_id, price.unit_id, price.currency, price.quantity


def _rounds(changed: list[Price], former: dict[int, Place]) -> Iterator[list[Price]]:
    """Bundles in an order in which no price comes to stand where another one still does.

    Prices that change places in a circle stay in theirs and take over what comes there. Where two are to stand in the
    same place, or in that of a price nobody edited, the database says so.
    """
    waiting = {price.pk: price for price in changed}
    while waiting:
        taken = {former[key]: key for key in waiting}
        free = [price for price in waiting.values() if taken.get(_place(price), price.pk) == price.pk]
        if not free:
            yield _in_their_places(list(waiting.values()), former)
            return
        yield free
        for price in free:
            del waiting[price.pk]


def _in_their_places(prices: list[Price], former: dict[int, Place]) -> list[Price]:
    """Let prices whose places are each other's keep theirs, with the values that were to come there."""
    coming = {_place(price): price.value for price in prices}
    if len(coming) < len(prices):
        return prices
    for price in prices:
        price.quantity = former[price.pk][-1]
        price.value = coming[former[price.pk]]
    return prices


@transaction.atomic
def price_add(*, price_list: PriceList, row: PriceRow) -> Price:
    """Add one price; a slot that is taken already is refused."""
    held = price_list_hold(price_list)
    price = _new(held, row)
    with refusals():
        price.full_clean()
        price.save()
    return price


@transaction.atomic
def prices_put(*, price_list: PriceList, rows: Sequence[PriceRow]) -> int:
    """Make these prices be there, added or changed, in one statement; return their number."""
    held = price_list_hold(price_list)
    if not rows:
        return 0
    foreign = sorted({row.currency for row in rows} - set(held.currencies))
    if foreign:  # said here in words for all of them; the database names the first
        names = {"currencies": ", ".join(foreign), "list": held.name}
        raise ValidationError(_("%(list)s has no prices in %(currencies)s.") % names)
    with refusals():
        Price.objects.bulk_create(
            [_new(held, row) for row in rows],
            update_conflicts=True,
            unique_fields=[*SLOT],
            update_fields=["value"],
        )
    return len(rows)


def _new(price_list: PriceList, row: PriceRow) -> Price:
    return Price(
        price_list=price_list,
        edition=price_list.edition,
        product=row.product,
        unit=row.unit,
        quantity=row.quantity,
        currency=row.currency,
        value=row.value,
    )
