"""What must be free before the hub starts here: its data directory and its port."""

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from integration_hub.local import LocalError

DEFAULT_PORT = "8000"
LARGEST_PORT = 65535


def wanted_port() -> int:
    """Return PORT, or refuse it."""
    text = os.environ.get("PORT") or DEFAULT_PORT
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= LARGEST_PORT:
        raise LocalError(f"PORT is “{text}”: choose a number from 1 to 65535, for example PORT=8001.")
    return int(text)


def is_wanted(name: str, *, default: bool) -> bool:
    """Whether a variable switches something on."""
    text = os.environ.get(name, "").strip().lower()
    return text not in ("0", "no", "false", "off") if text else default


def wants_demo() -> bool:
    """HUB_DEMO=0 leaves the demo company out."""
    return is_wanted("HUB_DEMO", default=True)


def bind_address() -> str:
    """Return HUB_BIND: this machine alone unless somebody asks for more."""
    return os.environ.get("HUB_BIND") or "127.0.0.1"


def taken_port(address: str, port: int) -> socket.socket:
    """Take the port now and hand it to the web server later, so that nobody can come between.

    It does not listen yet: whoever connects before the web server is up is refused, not left waiting.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((address, port))
    except PermissionError:
        taken.close()
        raise LocalError(f"Port {port} is for root alone: choose one above 1023, for example PORT=8000.") from None
    except OSError as error:
        taken.close()
        raise LocalError(_no_port(address, port, error)) from None
    return taken


def _no_port(address: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"HUB_BIND is “{address}”, which is not this machine: 127.0.0.1 is for it alone, 0.0.0.0 for everybody."
    other = port + 1 if port < LARGEST_PORT else port - 1
    return (
        f"Port {port} is in use: stop the program that uses it, or choose another, for example PORT={other} make run."
    )


@contextlib.contextmanager
def sole_use(directory: Path, address: str) -> Iterator[None]:
    """Keep a second `make run` away from this data directory; a lock file tells it where the first one answers."""
    with (directory / "launch.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LocalError(
                f"The hub already runs with the data in {directory}, at {lock.read().strip() or 'an unknown address'}: "
                "stop it, or choose other places for a second one with HUB_DATA_DIR and PORT."
            ) from None
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield
