"""Hands one mail for one recipient to a mail server (SMTP), and says exactly how far that came."""

from __future__ import annotations

import contextlib
import enum
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.mail.utils import DNS_NAME

ANSWER_SECONDS = 20  # for connecting, and for each answer


class Stage(enum.Enum):
    """What the server was answering to."""

    SESSION = "session"  # greeting, encryption, sign-in
    SENDER = "sender"
    RECIPIENT = "recipient"
    MAIL = "mail"


class MailServerError(Exception):
    """The mail was not accepted, or we do not know; the text is what was said or what broke."""


class UnreachableError(MailServerError):
    """No session, or it broke before the mail was sent: surely not accepted."""


class SetupError(MailServerError):
    """The server does not offer what we insist on, or its certificate is not trusted."""


class SilentError(MailServerError):
    """The mail was on its way and no answer came: accepted or not, nobody knows."""


class RefusedError(MailServerError):
    """The server said no."""

    def __init__(self, code: int, answer: bytes | str, stage: Stage) -> None:
        super().__init__(_said(code, answer))
        self.code, self.stage = code, stage


@dataclass(frozen=True)
class MailServer:
    """Where the server is and how to sign in."""

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False  # from the first byte
    use_starttls: bool = False


def hand_over(server: MailServer, sender: str, recipient: str, source: bytes, *, deadline: float) -> str:
    """Hand a mail over within `deadline` seconds and return the server's answer; raises MailServerError."""
    with _session(server, deadline) as session:
        _accepted(*session.mail(sender, _options(session, source)), Stage.SENDER)
        _accepted(*session.rcpt(recipient), Stage.RECIPIENT)
        try:
            answer = session.data(source)
        except smtplib.SMTPDataError as error:  # it did not want to begin
            raise RefusedError(error.smtp_code, error.smtp_error, Stage.MAIL) from None
        except (smtplib.SMTPException, OSError) as error:
            raise SilentError(_what_broke(error)) from None
        if not 200 <= answer[0] < 600:
            raise SilentError("The answer could not be read.")
        return _accepted(*answer, Stage.MAIL)


def _accepted(code: int, answer: bytes, stage: Stage) -> str:
    if 200 <= code < 300:
        return _said(code, answer)
    raise RefusedError(code, answer, stage)


def _said(code: int, answer: bytes | str) -> str:
    return f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"


@contextlib.contextmanager
def _session(server: MailServer, deadline: float) -> Iterator[_Session]:
    """A session that is signed in; whatever breaks it outside of sending means: surely not accepted."""
    session = None
    try:
        session = _connect(server, deadline)
        _sign_in(session, server)
        yield session
    except MailServerError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise SetupError(error.verify_message) from None
    except smtplib.SMTPNotSupportedError as error:
        raise SetupError(str(error)) from None
    except smtplib.SMTPResponseException as error:
        raise RefusedError(error.smtp_code, error.smtp_error, Stage.SESSION) from None
    except (smtplib.SMTPException, OSError) as error:
        raise UnreachableError(_what_broke(error)) from None
    finally:
        if session is not None:
            session.leave()


def _connect(server: MailServer, deadline: float) -> _Session:
    our_name = DNS_NAME.get_fqdn()
    if not server.use_tls:
        return _Session(deadline, server.host, server.port, our_name, timeout=ANSWER_SECONDS)
    context = ssl.create_default_context()
    return _TlsSession(deadline, server.host, server.port, our_name, timeout=ANSWER_SECONDS, context=context)


def _sign_in(session: _Session, server: MailServer) -> None:
    session.ehlo_or_helo_if_needed()
    if server.use_starttls:
        session.starttls(context=ssl.create_default_context())
    if server.user:
        session.login(server.user, server.password)


def _options(session: _Session, source: bytes) -> list[str]:
    """What the server should know of the mail beforehand, if it wants to."""
    options = [f"size={len(source)}"] if session.has_extn("size") else []
    if session.has_extn("8bitmime") and not source.isascii():
        options.append("body=8bitmime")
    return options


def _what_broke(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


class _Session(smtplib.SMTP):
    """A session that is cut when its total time is over: a dripping server answers each step in time."""

    def __init__(self, deadline: float, *args: Any, **options: Any) -> None:
        self._alarm = threading.Timer(deadline, self._cut)
        self._alarm.daemon = True
        super().__init__(*args, **options)

    def connect(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Start the clock, then connect."""
        self._alarm.start()
        try:
            return super().connect(*args, **options)
        except OSError:
            self._alarm.cancel()
            raise

    def _cut(self) -> None:
        if self.sock is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)  # the plain socket's, below TLS

    def close(self) -> None:
        """Hang up."""
        self._alarm.cancel()
        super().close()

    def leave(self) -> None:
        """Say goodbye without waiting for an answer that would change nothing."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self.putcmd("quit")
        self.close()


class _TlsSession(_Session, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""
