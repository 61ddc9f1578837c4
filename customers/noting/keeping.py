"""How long the content of attachments is kept after their note was deleted."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from customers.models import NoteFile, StoredFile
from customers.noting.writing import content_drop

BATCH = 500


def tidy_contents() -> dict[str, int]:
    """Note what no note has any more, and since when; forget what has been so for long enough."""
    contents = StoredFile.objects.exclude(file="").alias(used=Exists(NoteFile.objects.filter(content=OuterRef("pk"))))
    contents.filter(used=True, unused_since__isnull=False).update(unused_since=None)
    contents.filter(used=False, unused_since__isnull=True).update(unused_since=Now())
    kept = timedelta(days=settings.NOTE_FILES_KEPT_DAYS)
    dropped = 0
    while old := list(contents.filter(used=False, unused_since__lt=Now() - kept).order_by("pk")[:BATCH]):
        with transaction.atomic():
            for content in old:
                content_drop(content)
        dropped += len(old)
    return {"dropped": dropped}
