"""Where the pages are of what higher apps keep: they say so in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable

_job_links: list[Callable[[int], str]] = []


def register_job_link(link: Callable[[int], str]) -> None:
    """Tell how to reach the page of a job by its number."""
    _job_links[:] = [link]


def job_url(job_id: int) -> str:
    """Address of a job's page; blank while nobody keeps jobs."""
    return _job_links[0](job_id) if _job_links else ""
