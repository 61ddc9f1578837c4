"""Former editions of price lists: kept as long as an import may be undone, then cleared away."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from catalog.models import Price, PriceList

AT_ONCE = 10_000


def editions_sweep(*, older_than: timedelta | None = None) -> int:
    """Delete the prices of editions that were replaced so long ago; return how many that were."""
    kept = older_than if older_than is not None else timedelta(days=settings.HUB_IMPORT_KEPT_DAYS)
    old = PriceList.objects.filter(edition_since__lt=Now() - kept).order_by("pk")
    return sum(_sweep(key) for key in list(old.values_list("pk", flat=True)))


def _sweep(key: int) -> int:
    """First say that no way leads back, so that no undo comes in between; then delete."""
    with transaction.atomic():
        held = PriceList.objects.select_for_update(no_key=True).filter(pk=key, edition_since__isnull=False).first()
        if held is None:
            return 0
        PriceList.objects.filter(pk=key).update(swept_edition=held.edition - 1, edition_since=None)
    swept = 0
    while count := _delete_some(key, held.edition):
        swept += count
    return swept


def _delete_some(key: int, edition: int) -> int:
    table = connection.ops.quote_name(Price._meta.db_table)
    some = f"SELECT id FROM {table} WHERE price_list_id = %s AND edition < %s LIMIT {AT_ONCE}"  # noqa: S608  (our own table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id IN ({some})", [key, edition])  # noqa: S608  (the same)
        return int(cursor.rowcount)
