"""What can go wrong on the way to another system, by what follows from it.

The texts are sentences for staff: they name the host that somebody entered and nothing that was found behind it.
Whether a name is known inside, which address it has and which ports are open there is told by none of them (S8).
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _


class OutboundError(Exception):
    """A call to another system did not bring an answer that can be used."""

    reason: ClassVar[str]  # for logs and counts
    may_retry: bool = False  # whether the same call may work later without anybody's doing
    may_have_arrived: bool = False  # whether the other side may have acted on it


class AddressRefusedError(OutboundError):
    """The address is not one the hub may connect to, or there is no such name: which of the two is not told."""

    reason = "address_refused"

    def __init__(self, host: str) -> None:
        sentence = _("The hub may not connect to “%(host)s”, or no system has this name: correct the address.")
        super().__init__(sentence % {"host": host})


class UnreachableError(OutboundError):
    """No connection, so surely nothing arrived."""

    reason, may_retry = "unreachable", True

    def __init__(self, host: str) -> None:
        super().__init__(_("No connection to “%(host)s” could be made.") % {"host": host})


class UntrustedError(OutboundError):
    """The other side could not prove who it is, so nothing was sent."""

    reason = "untrusted"

    def __init__(self, host: str, why: str) -> None:
        sentence = _("“%(host)s” is not trusted: %(why)s.")
        super().__init__(sentence % {"host": host, "why": why or _("its certificate could not be checked")})


class TimedOutError(OutboundError):
    """The call left, and no whole answer came in time."""

    reason, may_retry, may_have_arrived = "timed_out", True, True

    def __init__(self, host: str) -> None:
        super().__init__(_("“%(host)s” did not answer in time.") % {"host": host})


class BrokenAnswerError(OutboundError):
    """The call left, and what came back breaks off, is no HTTP or cannot be read."""

    reason, may_retry, may_have_arrived = "broken_answer", True, True

    def __init__(self, host: str) -> None:
        super().__init__(_("The answer of “%(host)s” broke off or could not be read.") % {"host": host})


class TooLargeError(OutboundError):
    """The answer is larger than anybody expects; reading it stopped at the limit."""

    reason, may_have_arrived = "too_large", True

    def __init__(self, host: str, limit: int) -> None:
        sentence = _("The answer of “%(host)s” is larger than %(limit)d bytes and was not read.")
        super().__init__(sentence % {"host": host, "limit": limit})


class RedirectedError(OutboundError):
    """The other side sent us elsewhere. Nobody goes there: a person enters the right address."""

    reason = "redirected"

    def __init__(self, host: str) -> None:
        super().__init__(_("“%(host)s” redirects to another address: enter that one.") % {"host": host})


class StatusError(OutboundError):
    """It answered, and the answer is a refusal; raised by `Answer.checked()`."""

    reason = "status"

    def __init__(self, host: str, status: int, *, retry_after: str = "") -> None:
        super().__init__(_("“%(host)s” answered with status %(status)d.") % {"host": host, "status": status})
        self.status, self.retry_after = status, retry_after
        self.may_retry = status in (408, 429) or status >= 500
        self.may_have_arrived = status >= 500
