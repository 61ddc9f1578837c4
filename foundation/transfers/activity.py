"""Imports on the timeline of a record: which files touched it or what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from foundation.changes.history.activity import Ledger
from foundation.changes.models import ChangeSet, Source
from foundation.transfers.importing.selectors import run_list
from foundation.ui import timeline


def imports_source(kind: str, title: str | Promise, children: Sequence[str]) -> timeline.Source:
    """A source for `register_source`; each entry leads to the import's page, for those who may open it."""
    ledger = Ledger(children, lambda sets: sets.filter(source=Source.IMPORT), _named_by_file)
    return timeline.Source(kind, title, ledger.entries, lambda request: True)


def _named_by_file(request: HttpRequest, sets: Sequence[ChangeSet]) -> dict[int, tuple[str, str]]:
    """The file of each set; one's own imports can be opened, others' by right."""
    visible = run_list(request.user).select_related(None).only("apply_job")
    jobs = [one.job_id for one in sets if one.job_id is not None]
    runs = {run.apply_job: run.get_absolute_url() for run in visible.filter(apply_job__in=jobs)}
    return {one.pk: (one.reason or _("Import"), runs.get(one.job_id, "")) for one in sets}
