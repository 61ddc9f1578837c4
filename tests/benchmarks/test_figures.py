"""How a benchmark's figures read; the figures themselves are no tests."""

import importlib
from pathlib import Path

import pytest

from benchmarks.figures import Figure, medians

BENCHES = sorted(path.stem for path in (Path(__file__).parents[2] / "benchmarks").glob("bench_*.py"))


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("import", 1.25, 1.5), "import\t1.25\t<= 1.5\tok"),
        (Figure("import", 1.51, 1.5), "import\t1.51\t<= 1.5\tshort"),
        (Figure("search", 5.0, 5, at_least=True), "search\t5.00\t>= 5\tok"),
        (Figure("search", 4.9, 5, at_least=True), "search\t4.90\t>= 5\tshort"),
    ],
)
def test_a_line_tells_name_ratio_goal_and_verdict(figure, line):
    assert str(figure) == line


def test_ways_take_turns():
    turns = []
    medians(lambda: turns.append("a"), lambda: turns.append("b"), runs=2, before=lambda: turns.append("-"))
    assert turns == ["-", "a", "-", "b", "-", "a", "-", "b"]


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_can_be_run(name):
    assert callable(importlib.import_module(f"benchmarks.{name}").run)
