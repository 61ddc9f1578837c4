"""The kinds of jobs: which function does what. Every app's `tasks.py` registers its own when Django starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from foundation.jobs.runs import JobRun

Result = dict[str, Any] | None
Handler = Callable[["JobRun"], Result]


class UnknownJobKindError(LookupError):
    """No app of this installation registers the kind."""


@dataclass(frozen=True)
class JobKind:
    """What is known about a kind of job."""

    name: str
    title: str | Promise
    handler: Handler
    cluster: str = "hub"
    max_attempts: int = 3
    every: timedelta | None = None
    repeatable: bool = True
    permission: str = ""


_kinds: dict[str, JobKind] = {}


def job(
    name: str,
    *,
    title: str | Promise,
    cluster: str = "hub",
    max_attempts: int = 3,
    every: timedelta | None = None,
    repeatable: bool = True,
    permission: str = "",
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of a kind of job.

    `cluster`: "hub" for work of seconds or minutes, "slow" for work of up to an hour.
    `max_attempts`: so many deaths of its worker without progress, and a person is asked.
    `every`: the hub starts one by itself at this interval (owner: nobody).
    `repeatable`: whether people may press “Run again”; `permission`: what they need to hold for it.
    The handler must be safe to run twice: a worker that dies is replaced, and the job runs again.
    """

    def register(handler: Handler) -> Handler:
        known = _kinds.get(name)
        if known is not None and known.handler is not handler:
            raise ValueError(f"Two handlers for jobs of kind {name}")
        _kinds[name] = JobKind(name, title, handler, cluster, max_attempts, every, repeatable, permission)
        return handler

    return register


def job_kind(name: str) -> JobKind:
    """Return a registered kind."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownJobKindError(f"No handler is registered for jobs of kind “{name}”") from None


def job_kinds() -> Iterator[JobKind]:
    """All registered kinds."""
    return iter(list(_kinds.values()))
