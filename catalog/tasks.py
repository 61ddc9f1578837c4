"""Work of the catalogue that nobody waits for."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from catalog.services.editions import editions_sweep
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun


@job("catalog.sweep_editions", title=_("Clear away prices that were replaced"), every=timedelta(days=1))
def sweep_editions(run: JobRun) -> dict[str, int]:
    """Delete the prices of former editions of price lists once no import can be taken back to them."""
    with run.recording(reason=run.job.title):
        return {"prices": editions_sweep()}
