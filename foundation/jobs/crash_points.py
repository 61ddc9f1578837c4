"""Named points at which a test may kill the process (reliability rule X1); nothing at all in production.

`HUB_CRASH_POINT=outbox.sent:3` kills the process at its third passing of that point. With `HUB_CRASH_COUNTS` naming a
directory, passings are counted there across processes: a process started in place of the killed one goes on counting,
so it is not killed again. The files' sizes are the numbers of passings of each point.
"""

import os
import signal
from collections import Counter
from pathlib import Path

_passings: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Pass a point where a test may want this process to die, as by `kill -9`."""
    wanted = os.environ.get("HUB_CRASH_POINT")
    if not wanted:
        return
    passing = _count(name)
    point, _, number = wanted.partition(":")
    if point == name and passing == int(number or 1):
        os.kill(os.getpid(), signal.SIGKILL)


def _count(name: str) -> int:
    directory = os.environ.get("HUB_CRASH_COUNTS")
    if not directory:
        _passings[name] += 1
        return _passings[name]
    with (Path(directory) / name).open("ab") as passings:  # appending one byte is atomic
        passings.write(b".")
        passings.flush()
        return passings.tell()
