"""The ways in which a job ends other than by returning."""

from __future__ import annotations

from typing import Any


class JobFailed(Exception):  # noqa: N818  (handlers read `raise JobFailed("…")`)
    """An expected failure. The text is a sentence for people: what happened and what to do next."""

    def __init__(self, sentence: str, *, result: dict[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.result = result


class JobCancelled(BaseException):  # noqa: N818
    """Somebody asked the job to stop. Not an Exception, so that a handler's `except Exception` cannot swallow it."""


class JobSuperseded(BaseException):  # noqa: N818
    """This run was given up for dead and another has taken over: it must write nothing more."""
