"""Imports beside the limit: the file's bytes by COPY, SQL for the rest, the same ledger and rules.

Each turn takes a new file, the same again, and one with 1 % of the rows changed, both ways.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable

from django.core.files.base import ContentFile, File
from django.db import connection

from benchmarks.customer_files import file_of, forget, make_lists, take_in_by_hand
from benchmarks.figures import Figure, memory_of
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.jobs.models import Job
from foundation.jobs.services import run_here
from foundation.transfers.importing.runs import run_check, run_create
from foundation.transfers.models import ImportRun
from foundation.transfers.registry import transfer_by_slug

FEW = 10_000
ROWS = int(os.environ.get("HUB_BENCH_ROWS", "100000"))
TURNS = int(os.environ.get("HUB_BENCH_TURNS", "3"))


def ours(content: bytes) -> float:
    """Seconds of a run, from its check to its end."""
    return take_in(ContentFile(content, name="customers.csv"))


def take_in(file: File[bytes]) -> float:
    """Seconds from the check to the end; the upload goes before."""
    run = run_create(transfer=transfer_by_slug("customers"), file=file, name="customers.csv", owner=None)
    job = run_check(run=run, ring=False, apply=True)
    seconds = _seconds(lambda: run_here(job))
    run.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, run.state, run.counts["refused"]) == (Job.State.SUCCEEDED, ImportRun.State.APPLIED, 0), job.error
    return seconds


def by_hand(content: bytes) -> float:
    """Seconds of the limit."""

    def take_in() -> None:
        with recording(source=Source.IMPORT, reason="benchmark"):
            take_in_by_hand(content)

    return _seconds(take_in)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def turn(way: Callable[[bytes], float], files: list[bytes]) -> list[float]:
    """Take all files in, one after the other, into a fresh installation."""
    forget()
    taken = []
    for content in files:
        taken.append(way(content))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE customers_customer")
    return taken


def run() -> Iterable[Figure]:
    """New, the same, 1 % changed; and the same file beside our own new one."""
    make_lists()
    files = [file_of(ROWS), file_of(ROWS), file_of(ROWS, changed=ROWS // 100)]
    turns = [(turn(ours, files), turn(by_hand, files)) for _turn in range(TURNS)]
    own, limit = ([statistics.median(one[way][step] for one in turns) for step in range(3)] for way in (0, 1))
    rows = f"{ROWS:,}".replace(",", " ")
    for step, (name, goal) in enumerate((("new file", 1.5), ("same file again", 2.0), ("1 % changed", 2.0))):
        yield Figure(f"import: {rows} customers, {name} / the limit", own[step] / limit[step], goal)
    yield Figure(f"import: {rows} customers, same file / our own new file", own[1] / own[0], 0.1)
    few, many = memory(FEW), memory(ROWS)
    yield Figure(f"import: memory for {rows} customers / for {FEW:,}".replace(",", " "), many / few, 1.3)
    print(f"# seconds: ours {own}, limit {limit}; memory: {few:.0f} and {many:.0f} MB")


def memory(rows: int) -> float:
    """The most memory of a process that takes a new file in from the disk."""
    forget()
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(file_of(rows))
        file.flush()
        return memory_of(f"bench_import.import_once({file.name!r})")


def import_once(path: str) -> None:
    """Take a file in."""
    with open(path, "rb") as file:
        take_in(File(file))
