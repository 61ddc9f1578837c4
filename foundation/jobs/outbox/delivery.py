"""Delivery: claim a message, look before repeating, send outside any transaction, mark.

Every step commits by itself, so a process may die anywhere: what it left is found when its lease ends. The lease token
is a fence: whoever lost the lease sends nothing and marks nothing.
"""

from __future__ import annotations

import time
import traceback
from datetime import timedelta

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from foundation.jobs.clock import DATABASE_CLOCK, Clock
from foundation.jobs.crash_points import crash_point
from foundation.jobs.outbox.bell import ring
from foundation.jobs.outbox.claims import Claim, claim, hold, mark
from foundation.jobs.outbox.errors import DeliveryError, Outcome, Result, UnknownOutcomeError
from foundation.jobs.outbox.handlers import Handler, Repeat
from foundation.jobs.outbox.selectors import outbox_is_due

log = structlog.get_logger(__name__)
SLICE = timedelta(seconds=20)


class LeaseLost(Exception):  # noqa: N818  (nothing is wrong: somebody else goes on)
    """Another process has taken the message over: this one must not send."""


def deliver_slice() -> int:
    """Answer the doorbell: deliver what is due for a short while; if more is left, ring again for the next slice."""
    end = time.monotonic() + SLICE.total_seconds()
    tried = 0
    while time.monotonic() < end:
        if deliver_next() is None:
            return tried
        tried += 1
    if outbox_is_due():
        ring()
    return tried


def deliver_next(clock: Clock = DATABASE_CLOCK) -> Claim | None:
    """Claim the next message that is due, try to deliver it, record how it went; None if nothing is due."""
    claimed = claim(clock)
    if claimed is None:
        return None
    crash_point("outbox.claimed")
    words = {"kind": claimed.outgoing.kind, "reference": str(claimed.outgoing.reference), "try": claimed.tries}
    try:
        result = Try(claimed, clock).result()
    except LeaseLost:
        log.warning("outbox: lease lost before sending", **words)
        return claimed
    crash_point("outbox.before_mark")
    is_ours = mark(claimed, result, clock)
    crash_point("outbox.marked")
    log.info("outbox: tried" if is_ours else "outbox: lease lost while sending", outcome=result.outcome.value, **words)
    return claimed


class Try:
    """One try to deliver a claimed message."""

    def __init__(self, claimed: Claim, clock: Clock) -> None:
        self.claimed, self.clock, self.handler = claimed, clock, claimed.handler
        # Who sends a message again by hand has answered the question whether it arrived.
        self.may_have_arrived = claimed.was_uncertain and not (self._cannot_tell and claimed.is_replay)

    @property
    def _cannot_tell(self) -> bool:
        return self.handler is not None and self.handler.repeat is Repeat.NEITHER

    def result(self) -> Result:
        """Deliver, and say how it ended."""
        if self.handler is None:
            return self._ended(Outcome.AUTH, _("No installed app delivers messages of this kind."))
        if self._cannot_tell and self.may_have_arrived:
            return self._ended(Outcome.UNKNOWN, _("Not sent again: it may have arrived."))
        try:
            answer = self._look_up(self.handler)
            return self._ended(Outcome.OK, self._send(self.handler) if answer is None else answer)
        except DeliveryError as error:
            return self._ended(error.outcome, str(error), error.wait)
        except (LeaseLost, OperationalError, InterfaceError):
            raise  # without a database nothing can be recorded: the lease ends, and the next try looks first
        except Exception as error:  # noqa: BLE001  (a handler's bug must not stop the other messages)
            return self._ended(Outcome.BUG, self._logged(error))

    def _look_up(self, handler: Handler) -> str | None:
        """Ask the other side, if there was a try before and it can be asked."""
        if handler.repeat is not Repeat.LOOK_UP or not self.claimed.was_tried:
            return None
        answer = handler.look_up(self.claimed.outgoing)
        self.may_have_arrived = False
        return answer

    def _send(self, handler: Handler) -> str:
        if not hold(self.claimed, self.clock):
            raise LeaseLost
        before, self.may_have_arrived = self.may_have_arrived, True
        crash_point("outbox.before_send")
        try:
            answer = handler.send(self.claimed.outgoing)
        except UnknownOutcomeError:
            raise
        except DeliveryError:
            self.may_have_arrived = before  # this time it surely did not
            raise
        crash_point("outbox.sent")
        return answer

    def _ended(self, outcome: Outcome, answer: str, wait: timedelta | None = None) -> Result:
        is_uncertain = self.may_have_arrived and outcome is not Outcome.OK
        return Result(outcome, answer, wait, is_uncertain, needs_person=is_uncertain and self._cannot_tell)

    def _logged(self, error: Exception) -> str:
        """Log where a handler failed, without the message, which may hold what it was sending."""
        name = type(error).__name__
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("outbox: a handler failed", kind=self.claimed.outgoing.kind, error=name, where=where)
        return _("%s in the hub: see the worker's log.") % name
