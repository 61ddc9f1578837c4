"""Serve the sandbox: `python -m sandbox --port 8090`."""

import argparse
import signal
import socket
import sys
import threading
from pathlib import Path

from sandbox.server import Sandbox


def main() -> int:
    """Serve until SIGTERM or Ctrl-C."""
    options = _options()
    handed = None if options.fd is None else socket.socket(fileno=options.fd)
    sandbox = Sandbox((options.bind, options.port), options.data, handed)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=sandbox.shutdown).start())
    print(f"The sandbox answers at {sandbox.url}", flush=True)
    with sandbox:
        sandbox.serve_forever(poll_interval=0.2)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Simulated outside systems.")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--bind", default="127.0.0.1", help="this machine alone unless told otherwise")
    parser.add_argument("--fd", type=int, help="serve on this open socket instead")
    parser.add_argument("--data", type=Path, help="directory where state outlives the process")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
