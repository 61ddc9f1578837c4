"""What imports leave behind, and how long it is kept."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from foundation.transfers.engine.sql import Names, execute, fetch, quoted
from foundation.transfers.engine.staging import drop_tables
from foundation.transfers.models import ImportRun, Seal

State = ImportRun.State
PLANS = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('staging') AND relname ~ '^undo_.*_(rows|left)$'
"""


def runs_prune(*, older_than: timedelta | None = None) -> int:
    """Forget files and staging tables of imports that were uploaded so long ago; the record of the run stays."""
    kept = older_than or timedelta(days=settings.HUB_IMPORT_KEPT_DAYS)
    old = ImportRun.objects.filter(created_at__lt=Now() - kept).exclude(file="").exclude(state__in=ImportRun.BUSY)
    runs = list(old.order_by("pk")[:500])
    for run in runs:
        _forget(run)
    return len(runs)


def _forget(run: ImportRun) -> None:
    file, storage = str(run.file.name), run.file.storage
    with transaction.atomic():
        drop_tables(Names(run.pk))
        ImportRun.objects.filter(pk=run.pk).update(file="", undo_plan=None)
        transaction.on_commit(lambda: storage.delete(file))


def plans_prune() -> int:
    """Drop the tables of undo plans that no run knows any more."""
    plans = ImportRun.objects.exclude(undo_plan=None).values_list("undo_plan", flat=True)
    known = {plan["name"] for plan in plans if plan}
    lost = [name for (name,) in fetch(PLANS) if name.split("_")[1] not in known]
    for name in lost:
        execute(f"DROP TABLE IF EXISTS staging.{quoted(name)}")
    return len(lost)


def seals_prune() -> int:
    """Forget seals that hold no more: their record has another version, or is gone."""
    from foundation.transfers.registry import transfers

    versions = " UNION ALL ".join(
        f"SELECT {quoted(str(t.model._meta.pk.column))} AS id, version FROM {quoted(t.model._meta.db_table)}"
        for t in transfers()
    )
    return execute(f"""
        DELETE FROM {quoted(Seal._meta.db_table)} s
        WHERE NOT EXISTS (SELECT 1 FROM ({versions}) known WHERE known.id = s.record AND known.version = s.version)
    """)
