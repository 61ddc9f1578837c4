"""Whose imports are whose, and who may bring what."""

from __future__ import annotations

from typing import Any

from django.db import models

from foundation.identity.models import User
from foundation.transfers.engine.staging import is_staged
from foundation.transfers.importing.content import names_of
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfers

State = ImportRun.State
WITH_PREVIEW = (State.CHECKED, State.APPLYING, State.APPLIED, State.UNDOING, State.UNDONE)


def importable(user: Any) -> list[str]:
    """The kinds of file this person may import."""
    return [transfer.slug for transfer in transfers() if user.has_perm(transfer.permission("import"))]


def own_runs(user: User) -> models.QuerySet[ImportRun]:
    """What this person has imported, of kinds they still may import."""
    return ImportRun.objects.filter(owner=user, what__in=importable(user))


def run_list(user: Any) -> models.QuerySet[ImportRun]:
    """The imports a person sees: their own of what they may import; everybody's with the right to look at them."""
    runs = ImportRun.objects.select_related("owner").filter(what__in=importable(user))
    return runs if user.has_perm("transfers.view_importrun") else runs.filter(owner_id=user.pk)


def runs_waiting(user: Any) -> models.QuerySet[ImportRun]:
    """A person's own imports that are checked, would write something, and wait for a word."""
    would_write = models.Q(counts__new__gt=0) | models.Q(counts__changed__gt=0) | models.Q(counts__deleted__gt=0)
    return run_list(user).filter(would_write, owner_id=user.pk, state=State.CHECKED)


def has_preview(run: ImportRun) -> bool:
    """Whether the rows of the last check can be looked at."""
    return run.state in WITH_PREVIEW and is_staged(names_of(run), run.counts.get("read", 0))
