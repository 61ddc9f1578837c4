"""An outside system over real HTTP that keeps books of what it applied; it knows nothing of the hub."""

import json
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Books:
    """What was applied: how often each reference, and the last value of each object."""

    def __init__(self):
        self.lock = threading.Lock()
        self.applied = Counter()
        self.values = {}

    def apply(self, way, reference, content):
        """Apply a write; with a key it is applied once."""
        with self.lock:
            if way == "keyed" and self.applied[reference]:
                return
            self.applied[reference] += 1
            self.values[content["object"]] = content["value"]


class _Requests(BaseHTTPRequestHandler):
    """POST /<way>/<reference> applies, GET /<way>/<reference> asks whether it was applied."""

    def do_POST(self):
        way, reference = self.path.strip("/").split("/")
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_first = not self.server.books.applied[reference]
        self.server.books.apply(way, reference, content)
        if content.get("drop_first_answer") and is_first:
            self.close_connection = True  # applied, and nobody will hear of it
            return
        self._answer(200)

    def do_GET(self):
        self._answer(200 if self.server.books.applied[self.path.strip("/").split("/")[1]] else 404)

    def _answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        """Keep quiet."""


@contextmanager
def running_receiver():
    """A receiver with empty books, listening; gives its books, with their `port`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Requests)
    server.daemon_threads = True
    server.books = Books()
    server.books.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.books
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
