"""Work on customers that nobody waits for."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from customers.duplicates.finding import find_duplicates
from foundation.jobs.registry import job
from foundation.jobs.runs import JobRun

FIND = "customers.find_duplicates"


@job(FIND, title=_("Look for duplicate customers"), cluster="slow", every=timedelta(days=1))
def look_for_duplicates(run: JobRun) -> dict[str, int]:
    """Find the customers that are probably in the hub twice, for people to look at."""
    return find_duplicates().as_json()
