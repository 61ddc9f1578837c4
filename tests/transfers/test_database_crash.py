"""`make soak`: the database itself crashes under an import. It has a cluster of its own: others need theirs."""

import json

import psycopg
import pytest

from integration_hub.embedded_postgres import EmbeddedPostgres
from tests.fixtures.waiting import wait_until
from tests.transfers.story import PATIENCE, QUICK

pytestmark = pytest.mark.soak
ROWS = 20_000
SCRIPT = """
from foundation.transfers.models import ImportRun
from foundation.transfers.importing.runs import run_apply, run_check
from tests.transfers.importing_tools import uploaded
run = ImportRun.objects.last() or uploaded("Name,External Id\\n" + "".join(f"N{{n}},C{{n}}\\n" for n in range({rows})))
{step}
"""
CHECK, APPLY = "run_check(run=run)", "run_apply(run=run, check_token=run.check_token)"
BUSY = """
SELECT count(*) FROM jobs_job WHERE state IN ('queued', 'running') AND kind IN ('transfers.check', 'transfers.apply')
"""
ENDED = "SELECT state, error, (SELECT count(*) FROM customers_customer) FROM transfers_importrun"
AT_WORK = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND strpos(query, %s) > 0 AND pid <> pg_backend_pid()"
COPYING, INSERTING = "COPY staging", 'INSERT INTO "customers_customer"'


class Crashing:
    """A hub on a server of its own, with a worker."""

    def __init__(self, server, children):
        self.server, self.children = server, children

    def crash(self):
        """Stop the server as a power cut would, and start it again: unlogged tables are empty then."""
        assert self.server._pg_ctl("-m", "immediate", "-w", "restart").returncode == 0

    def crash_at(self, statement):
        """Crash once such a statement is at work."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            wait_until(lambda: connection.execute(AT_WORK, [statement]).fetchone(), seconds=PATIENCE, pause=0)
        self.crash()

    def begin(self, step):
        """Ask for a step of the one import."""
        asked = self.children.manage("shell", "--no-imports", "-c", SCRIPT.format(rows=ROWS, step=step))
        assert asked.returncode == 0, asked.stderr

    def ended(self):
        """The run's state and error and the number of customers, once no job is at work."""
        return wait_until(lambda: self._ask(BUSY) == (0,) and self._ask(ENDED), seconds=PATIENCE)

    def _ask(self, query):
        try:
            with psycopg.connect(self.server.url, autocommit=True, connect_timeout=5) as connection:
                return connection.execute(query).fetchone()
        except psycopg.OperationalError:
            return None


@pytest.fixture
def hub(children, tmp_path):
    for directory in (tmp_path, *tmp_path.parents[:2]):
        directory.chmod(0o755)  # the server's account must get through
    server = EmbeddedPostgres(tmp_path / "postgres")
    with server.running() as url:
        children.environment |= {"DATABASE_URL": url}
        for command in ("migrate", "createcachetable"):
            assert children.manage(command).returncode == 0
        surroundings = {"DJANGO_SETTINGS_MODULE": "tests.jobs.worker_settings", "PROBE_WORKERS": "1"}
        timing = json.dumps(QUICK | {"takeover": 5})
        children.start("worker", "--only", "slow", PROBE_TIMING=timing, **surroundings)
        yield Crashing(server, children)
        children.stop_all()


def test_X1_an_import_whose_database_crashes_is_staged_again_and_writes_all_or_nothing(hub):
    hub.begin(CHECK)
    hub.crash_at(COPYING)
    assert hub.ended() == ("checked", "", 0)
    hub.crash()  # and what was staged is lost
    hub.begin(APPLY)
    state, error, customers = hub.ended()
    assert (state, "was checked again" in error, customers) == ("checked", True, 0)
    hub.begin(APPLY)
    hub.crash_at(INSERTING)
    state, error, customers = hub.ended()
    assert (state, "was checked again" in error, customers) == ("checked", True, 0)
    hub.begin(APPLY)
    assert hub.ended() == ("applied", "", ROWS)
