"""The rows of a long export that were chosen by ticks or filters: kept as a file of keys beside the job."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from foundation.jobs.models import Job, JobFile

NAME = "chosen-rows.txt"  # one key per line
ROWS_AT_ONCE = 10_000


def keys_file(rows: QuerySet[Any]) -> ContentFile[bytes]:
    """Write down which rows were meant: they may be more than a job's arguments hold."""
    keys = rows.order_by("pk").values_list("pk", flat=True).iterator(ROWS_AT_ONCE)
    return ContentFile("\n".join(map(str, keys)).encode(), name=NAME)


def rows_of(job: Job, model: type[models.Model]) -> QuerySet[Any] | None:
    """Return the rows whose keys the job was given, None where it was given none.

    The keys go to the database as one text: a million of them as parameters would be a statement nobody can plan.
    """
    given = job.files.filter(kind=JobFile.Kind.INPUT, name=NAME).first()
    if given is None:
        return None
    with given.file.open("rb") as file:
        keys = file.read().decode()
    rows = model._default_manager.all()
    return rows.filter(pk__in=_unpacked(keys, model)) if keys else rows.none()


def _unpacked(keys: str, model: type[models.Model]) -> RawSQL:
    kind = model._meta.pk.rel_db_type(connection)
    return RawSQL(f"SELECT regexp_split_to_table(%s, '\\s+')::{kind}", [keys])  # noqa: S611  (Django's word for its type)
