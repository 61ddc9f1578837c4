"""The HTTP server: hands each call to its system and spoils the answer where it was told to."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from sandbox.control import control
from sandbox.exchange import Request, Response
from sandbox.page import first_page
from sandbox.system import System
from sandbox.vies import Vies

SYSTEMS: Sequence[type[System]] = (Vies,)
LARGEST_BODY = 50_000_000
PATIENCE_SECONDS = 60  # with a client that says nothing


class Sandbox(ThreadingHTTPServer):
    """Every simulated system behind one address."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        address: tuple[str, int] = ("127.0.0.1", 0),
        directory: Path | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        """Serve at an address, or on a socket that somebody else has taken; state is kept in `directory`."""
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        self.systems = {kind.slug: kind(directory) for kind in SYSTEMS}
        self.is_over = threading.Event()
        super().__init__(address, _Handler, bind_and_activate=listener is None)
        if listener is not None:
            self.socket.close()
            self.socket, self.server_address = listener, listener.getsockname()[:2]
            self.server_activate()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"

    def shutdown(self) -> None:
        """Stop; answers that drip end too."""
        self.is_over.set()
        super().shutdown()


@contextlib.contextmanager
def serving(directory: Path | None = None) -> Iterator[Sandbox]:
    """A sandbox on a free port of this machine, for the length of the block."""
    with Sandbox(directory=directory) as sandbox:
        thread = threading.Thread(target=sandbox.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield sandbox
        finally:
            sandbox.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    timeout = PATIENCE_SECONDS
    server: Sandbox

    def _serve(self) -> None:
        request, first = self._read()
        if first == "-":
            self._send(control(self.server.systems, request))
        elif system := self.server.systems.get(first):
            self._let(system, request)
        elif first:
            self._send(Response(404, {"problem": f"There is no system {first}."}))
        else:
            self._send(Response(200, first_page(self.server.systems.values()), "text/html; charset=utf-8"))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  (names of http.server)

    def _read(self) -> tuple[Request, str]:
        address = urlsplit(self.path)
        first, _slash, rest = address.path.lstrip("/").partition("/")
        length = self.headers.get("Content-Length", "0")
        size = min(int(length), LARGEST_BODY) if length.isdigit() else 0
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        return Request(self.command, f"/{rest}", query, headers, self.rfile.read(size)), first

    def _let(self, system: System, request: Request) -> None:
        fault = system.faults.take(request)
        if fault is not None and fault.kind == "delay":
            self.server.is_over.wait(fault.seconds)
        response = system.call(request, fault)
        self._send_spoilt(response, fault.kind if fault else "", fault.seconds if fault else 0)

    def _send_spoilt(self, response: Response, kind: str, seconds: float) -> None:
        body = response.body
        match kind:
            case "drop" | "lose":
                self._hang_up()
            case "malformed":
                self._send(Response(response.status, body[: len(body) // 2], response.content_type))
            case "truncate":
                self._head(response, len(body))
                self.wfile.write(body[: len(body) // 2])
                self._hang_up()
            case "drip":
                self._head(response, len(body))
                self._drip(body, seconds)
            case _:
                self._send(response)

    def _drip(self, body: bytes, seconds: float) -> None:
        for place in range(len(body)):
            if self.server.is_over.wait(seconds):
                return
            self.wfile.write(body[place : place + 1])

    def _send(self, response: Response) -> None:
        body = response.body
        self._head(response, len(body))
        self.wfile.write(body)

    def _head(self, response: Response, length: int) -> None:
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(length))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _hang_up(self) -> None:
        self.close_connection = True

    def handle(self) -> None:
        """Serve until the client leaves, however it leaves."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def finish(self) -> None:
        """Close without complaint about a client that is gone."""
        with contextlib.suppress(ConnectionError, ValueError):
            super().finish()

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet: the books say what was asked."""
