"""Starting the embedded server again, against its first start, which has to make the cluster."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figure, medians
from integration_hub.embedded_postgres import EmbeddedPostgres


def run() -> Iterable[Figure]:
    """A management command while nothing runs pays for the second start each time."""
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as temporary:
        directory = Path(temporary)
        directory.chmod(0o755)
        homes = iter(range(1000))

        def start(home: Path) -> None:
            with EmbeddedPostgres(home).running():
                pass

        start(directory / "kept")
        again, first = medians(lambda: start(directory / "kept"), lambda: start(directory / f"new-{next(homes)}"))
        yield Figure("embedded PostgreSQL: second start / first start", again / first, 0.5)
