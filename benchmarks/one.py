"""Run one benchmark on the database that DATABASE_URL names: `python -m benchmarks.one bench_ledger`."""

import importlib
import sys

import django


def main(name: str) -> None:
    """Print the figures of benchmarks/<name>.py, each as soon as it is there."""
    django.setup()
    for figure in importlib.import_module(f"benchmarks.{name}").run():
        print(figure, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
