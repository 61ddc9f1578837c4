"""Says on whose behalf a transaction writes, so that the triggers can put it into the change ledger."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, transaction

from foundation.changes.models import Source

if TYPE_CHECKING:
    from foundation.identity.models import User

_ENTER = """
SELECT coalesce(current_setting('hub.change_context', true), ''),
       set_config('hub.change_context', %s, true), set_config('hub.change_set', '', true)
"""
_ENTER_SESSION = _ENTER.replace("%s, true", "%s, false")
# Another context begins another set; the same one goes on with the set it has.
_NAME = """
SELECT set_config('hub.change_set', '', true), set_config('hub.change_context', %(context)s, true)
WHERE current_setting('hub.change_context', true) IS DISTINCT FROM %(context)s
"""
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True)
class Context:
    """What is written into the change set of a transaction, if it changes anything."""

    source: str
    actor: int | None = None
    via: str = ""
    reason: str = ""
    job: int | None = None
    request: str = ""

    @classmethod
    def of(
        cls,
        source: Source,
        actor: Any,
        *,
        reason: str = "",
        job_id: int | None = None,
        via: str = "",
        request_id: str = "",
    ) -> Self:
        """Make a context that fits into the columns of a change set."""
        return cls(str(source), _key(actor), via[:200], reason, job_id, request_id[:64])


class Recording:
    """A running block; `is_transaction` tells `recording()` from `recording_each_write()`."""

    def __init__(self, context: Context, *, is_transaction: bool) -> None:
        self.context = context
        self.is_transaction = is_transaction

    def describe(self, *, source: Source, reason: str) -> None:
        """Begin another set inside the block: a form that undoes something is an undo."""
        self._change(source=str(source), reason=reason)

    def set_actor(self, user: User | None, *, via: str = "") -> None:
        """Name the person that only became known inside the block; what was written before keeps its set."""
        self._change(actor=_key(user), via=via or self.context.via)

    def _change(self, **values: Any) -> None:
        self.context = replace(self.context, **values)
        if self.is_transaction:
            _enter(self.context)


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


def current_recording() -> Recording | None:
    """Return the block that is running, if any."""
    return _current.get()


def current_set() -> int | None:
    """Number of the change set this transaction has written to; None while it has changed nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('hub.change_set', true), '')::bigint")
        found: int | None = cursor.fetchone()[0]
        return found


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
    if outer is not None and outer.is_transaction:
        with transaction.atomic():
            yield outer
        return
    context = Context.of(source, actor, reason=reason, job_id=job_id, via=via, request_id=request_id)
    running = Recording(context, is_transaction=True)
    within = connection.in_atomic_block
    with transaction.atomic():
        before = _enter(running.context)
        with _as_current(running):
            yield running
        # SET LOCAL outlives a savepoint; after a rollback the database has forgotten it by itself
        if within and not connection.needs_rollback:
            _enter_text(before)


@contextlib.contextmanager
def recording_each_write(*, source: Source, actor: User | None = None, request_id: str = "") -> Iterator[None]:
    """Name whatever transactions the block makes, without being one itself.

    For sign-in: its counters of wrong passwords must be seen by others at once, not when the request has ended.
    """
    running = Recording(Context.of(source, actor, request_id=request_id), is_transaction=False)

    def name_writes(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if _current.get() is not running or str(sql).lstrip()[:6].upper() not in _WRITES:
            return execute(sql, params, many, context)
        with contextlib.nullcontext() if connection.in_atomic_block else transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_NAME, {"context": json.dumps(asdict(running.context))})
            return execute(sql, params, many, context)

    within = connection.in_atomic_block
    with connection.execute_wrapper(name_writes), _as_current(running):
        yield
    if within and not connection.needs_rollback:
        _enter_text("")


@contextlib.contextmanager
def session_context(*, source: Source, via: str = "") -> Iterator[None]:
    """Give a source to every transaction of this connection that has no recording: for commands that are not ours."""
    before = _enter_session(json.dumps(asdict(Context(str(source), via=via))))
    try:
        yield
    finally:
        _enter_session(before)


@contextlib.contextmanager
def _as_current(running: Recording) -> Iterator[None]:
    """Ends before the commit: what on_commit() calls is not part of this block."""
    token = _current.set(running)
    try:
        yield
    finally:
        _current.reset(token)


def _key(user: Any) -> int | None:
    return user.pk if user is not None and user.is_authenticated else None


def _enter_session(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_ENTER_SESSION, [text])
        return str(cursor.fetchone()[0])


def _enter(context: Context) -> str:
    return _enter_text(json.dumps(asdict(context)))


def _enter_text(text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, [text])
        return str(cursor.fetchone()[0])
