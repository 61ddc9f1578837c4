"""A small mail server over a real socket that says, at each step, what a test tells it to."""

import socketserver
import threading
from contextlib import contextmanager

HANG_UP = object()


class MailServerBooks:
    """`says` replaces the answer to a command, or to "body" (the mail itself); HANG_UP cuts the line instead."""

    def __init__(self):
        self.says = {}
        self.mails = []  # (sender, recipient, source)
        self.commands = []


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.sender = self.recipient = ""
        if not self._answer("greeting", "220 ready"):
            return
        while line := self.rfile.readline():
            command = line.split()[0].upper().decode()
            self.server.books.commands.append(command)
            if not self._do(command, line.decode().strip()):
                return

    def _do(self, command, line):
        if command == "EHLO":
            return self._answer(command, "250-hub.test\r\n250-SIZE 1000000\r\n250 AUTH PLAIN")
        if command == "MAIL":
            self.sender = _address(line)
        if command == "RCPT":
            self.recipient = _address(line)
        if command == "DATA":
            return self._answer(command, "354 go on") and ("DATA" in self.server.books.says or self._take())
        if command == "QUIT":
            return False
        return self._answer(command, "235 welcome" if command == "AUTH" else "250 fine")

    def _take(self):
        source = b""
        while (line := self.rfile.readline()) != b".\r\n":
            source += line
        said = self.server.books.says.get("body", "250")
        if said is HANG_UP or said.startswith("2"):  # taken, even if nobody hears of it
            self.server.books.mails.append((self.sender, self.recipient, source))
        return self._answer("body", "250 queued as 4711")

    def _answer(self, step, usual):
        said = self.server.books.says.get(step, usual)
        if said is HANG_UP:
            return False
        self.wfile.write(f"{said}\r\n".encode())
        return True


def _address(line):
    return line.partition("<")[2].partition(">")[0]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def running_mail_server():
    """A listening mail server; gives its books, with their `port`."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.books = MailServerBooks()
        server.books.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.books
        finally:
            server.shutdown()
            thread.join()
