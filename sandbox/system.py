"""What every simulated system has: a name, state that may outlive the process, books, orders to misbehave."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sandbox.exchange import NotUnderstoodError, Request, Response
from sandbox.faults import Fault, Faults

REMEMBERED = 1000  # calls in the books


class System:
    """One outside system. Subclasses answer calls under `lock` and keep all they know in `state`, which is JSON."""

    slug: ClassVar[str]
    title: ClassVar[str]
    addresses: ClassVar[tuple[str, ...]] = ()  # shown on the first page

    def __init__(self, directory: Path | None = None) -> None:
        self.lock = threading.RLock()
        self.faults = Faults()
        self.books: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self.counted = 0
        self._file = directory / f"{self.slug}.json" if directory else None
        self.state = self._read() or self.fresh()

    # --- what a subclass says ------------------------------------------------------------------------------------

    def fresh(self) -> dict[str, Any]:
        """The state of a new system."""
        return {}

    def answer(self, request: Request) -> Response:
        """Do what is asked."""
        raise NotImplementedError

    def error(self, code: str) -> Response:
        """The system's own way to report an error, for faults of kind `answer`."""
        return Response(500, {"error": code})

    def administer(self, request: Request) -> Response:
        """Look at or change state, beside what every system has; `request.path` follows the system's name."""
        return Response(404, {"problem": f"{self.title} has no {request.path}."})

    # --- what every system does ------------------------------------------------------------------------------------

    def call(self, request: Request, fault: Fault | None) -> Response:
        """Answer a call and write it down; a fault that comes first leaves everything as it was."""
        with self.lock:
            response = self._spoilt(fault) or self._answer(request)
            self._write_down(request, response, fault)
            return response

    def _answer(self, request: Request) -> Response:
        before = json.dumps(self.state)
        response = self.answer(request)
        if json.dumps(self.state) != before:
            self.keep()
        return response

    def _spoilt(self, fault: Fault | None) -> Response | None:
        """The answer of a fault that keeps anything from being done."""
        if fault is None:
            return None
        page = Response(200, b"<!doctype html><title>Maintenance</title>", "text/html")
        wrong = {
            "status": Response(fault.status, {"error": "simulated"}),
            "answer": self.error(fault.error),
            "drop": Response(0),
            "html": page,
            "empty": Response(200, b""),
        }
        return wrong.get(fault.kind)

    def _write_down(self, request: Request, response: Response, fault: Fault | None) -> None:
        self.counted += 1
        body = request.body.decode(errors="replace")
        entry = {"number": self.counted, "at": datetime.now(UTC).isoformat(), "method": request.method}
        entry |= {"path": request.path, "query": request.query, "body": body, "status": response.status}
        self.books.append(entry | {"fault": fault.kind if fault else ""})

    def replace(self, state: dict[str, Any]) -> None:
        """Take over a whole state."""
        if set(state) != set(self.fresh()):
            raise NotUnderstoodError(f"The state has exactly: {', '.join(self.fresh())}.")
        self.state = state
        self.keep()

    def reset(self) -> None:
        """Be new: state, books and orders."""
        with self.lock:
            self.faults.clear()
            self.books.clear()
            self.counted = 0
            self.replace(self.fresh())

    def keep(self) -> None:
        """Write the state to its file, whole or not at all."""
        if self._file is None:
            return
        draft = self._file.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps(self.state, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._file)

    def _read(self) -> dict[str, Any] | None:
        """What an earlier run or the demo left; a file that cannot be read counts as none."""
        if self._file is None or not self._file.exists():
            return None
        with contextlib.suppress(ValueError):
            state = json.loads(self._file.read_text(encoding="utf-8"))
            if isinstance(state, dict):
                return self.fresh() | state
        return None
