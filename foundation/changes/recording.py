"""Says on whose behalf a transaction writes, so that the triggers can put it into the change ledger."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection, transaction

from foundation.changes.models import Source

if TYPE_CHECKING:
    from foundation.identity.models import User

_ENTER = """
SELECT coalesce(current_setting('hub.change_context', true), ''),
       set_config('hub.change_context', %s, true), set_config('hub.change_set', '', true)
"""


@dataclass(frozen=True)
class Context:
    """What is written into the change set of a transaction, if it changes anything."""

    source: str
    actor: int | None = None
    via: str = ""
    reason: str = ""
    job: int | None = None
    request: str = ""


class Recording:
    """A running `recording()` block."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def set_actor(self, user: User | None, *, via: str = "") -> None:
        """Name the person that only became known inside the block; what was written before keeps its set."""
        actor = user.pk if user is not None and user.is_authenticated else None
        self.context = replace(self.context, actor=actor, via=via or self.context.via)
        _enter(self.context)


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def current_recording() -> Recording | None:
    """Return the block that is running, if any."""
    return _current.get()


def set_actor(user: User | None, *, via: str = "") -> None:
    """Name the person of the running block: for authentication that happens after the request was opened.

    `via` is what they came by, such as the name of an API token. Without a running block nothing happens.
    """
    if running := _current.get():
        running.set_actor(user, via=via)


@contextlib.contextmanager
def recording(
    *,
    source: Source = Source.COMMAND,
    actor: User | None = None,
    reason: str = "",
    job_id: int | None = None,
    via: str = "",
    request_id: str = "",
) -> Iterator[Recording]:
    """Open a transaction whose changes are one set of the ledger: who, through what, why.

    Inside another recording the outer one stays in charge and this is a plain `atomic()`.
    """
    outer = _current.get()
    if outer is not None:
        with transaction.atomic():
            yield outer
        return
    actor_id = actor.pk if actor is not None and actor.is_authenticated else None
    running = Recording(Context(str(source), actor_id, via[:200], reason, job_id, request_id[:64]))
    within = connection.in_atomic_block
    with transaction.atomic():
        before = _enter(running.context)
        with _as_current(running):
            yield running
        # SET LOCAL outlives a savepoint; after a rollback the database has forgotten it by itself
        if within and not connection.needs_rollback:
            _enter_text(before)


@contextlib.contextmanager
def _as_current(running: Recording) -> Iterator[None]:
    """Ends before the commit: what on_commit() calls is not part of this block."""
    token = _current.set(running)
    try:
        yield
    finally:
        _current.reset(token)


def _enter(context: Context) -> str:
    return _enter_text(json.dumps(asdict(context)))


def _enter_text(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [text])
        return str(cursor.fetchone()[0])
