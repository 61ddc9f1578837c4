"""Small pieces of a message in HTML, the same in the list and on its page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.safestring import SafeString

from foundation.jobs.models import OutboxAttempt, OutboxMessage
from foundation.jobs.outbox.handlers import find_handler
from foundation.ui.markup import Tone, badge

State, Outcome = OutboxMessage.State, OutboxAttempt.Outcome
TONES: dict[str, Tone] = {
    State.PENDING: "info",
    State.SENDING: "info",
    State.SENT: "good",
    State.DEAD: "bad",
    Outcome.OK: "good",
    Outcome.TRANSIENT: "warning",
    Outcome.LIMITED: "warning",
    Outcome.UNKNOWN: "warning",
    Outcome.REJECTED: "bad",
    Outcome.AUTH: "bad",
    Outcome.BUG: "bad",
}


def state_badge(message: OutboxMessage) -> SafeString:
    """The state in a word."""
    return badge(message.get_state_display(), TONES.get(message.state, "neutral"))


def outcome_badge(attempt: OutboxAttempt) -> SafeString:
    """How one try ended."""
    return badge(attempt.get_outcome_display() or "…", TONES.get(attempt.outcome, "neutral"))


def kind_title(kind: str) -> str | Promise:
    """What people call this kind of message."""
    handler = find_handler(kind)
    return handler.title if handler else kind
