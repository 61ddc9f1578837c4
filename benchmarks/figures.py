"""What a benchmark hands back, and how to measure two ways side by side."""

import gc
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True)
class Figure:
    """One ratio and the goal it is held to: at most `goal`, or at least, where more is better."""

    name: str
    ratio: float
    goal: float
    at_least: bool = False

    @property
    def is_reached(self) -> bool:
        """Whether the ratio keeps its goal."""
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    @classmethod
    def parse(cls, line: str) -> "Figure":
        """Read back what `str()` wrote, in another process."""
        name, measured, goal, _verdict = line.split("\t")
        sign, limit = goal.split(" ")
        return cls(name, float(measured), float(limit), at_least=sign == ">=")

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        return "\t".join(
            [self.name, f"{self.ratio:.2f}", f"{sign} {self.goal:g}", "ok" if self.is_reached else "short"]
        )


def medians(*ways: Callable[[], object], runs: int = RUNS, before: Callable[[], object] | None = None) -> list[float]:
    """Median seconds of each way, run in turns so that a busy moment of the machine hits all of them.

    `before` runs, untimed, ahead of every single run.
    """
    seconds: list[list[float]] = [[] for _way in ways]
    for _run in range(runs):
        for way, taken in zip(ways, seconds, strict=True):
            if before:
                before()
            taken.append(_seconds(way))
    return [statistics.median(taken) for taken in seconds]


def ratio(ours: Callable[[], object], yardstick: Callable[[], object], *, runs: int = RUNS) -> float:
    """How many times as long our way takes as the yardstick."""
    our_median, yardstick_median = medians(ours, yardstick, runs=runs)
    return our_median / yardstick_median


def peak_memory() -> float:
    """Return the most memory this process has held, in MB."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # Not ru_maxrss: what started this process lends it its own peak.
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def memory_of(call: str) -> float:
    """Return the most memory held by a process of its own that does `module.function(…)` and nothing else."""
    module = call.partition(".")[0]
    code = f"""
import django; django.setup()
from benchmarks import figures, {module}
{call}
print(figures.peak_memory())
"""
    answer = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    return float(answer.stdout)


def _seconds(way: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    way()
    return time.perf_counter() - started
