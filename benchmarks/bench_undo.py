"""Undo of an import of 100 000 customers, beside the import's own INSERT with everything that hangs on it.

Both write as many rows (each customer brings an account, made by a trigger), with ledger, rules and commit.
"""

import statistics
from collections.abc import Iterable

from django.db import connection

from benchmarks.figures import Figure, medians
from customers.models import Account, Customer, CustomerGroup
from foundation.changes.models import Source
from foundation.changes.recording import recording
from foundation.transfers.undo import UndoPlan, apply_undo, plan_undo

ROWS = 100_000
RUNS = 3

INSERT = f"""
INSERT INTO customers_customer (name, code, vat_id, vat_state, email, phone, phone_e164, rep_ids, price_fallback,
                                credit_limit, credit_currency, is_on_hold, is_internal, group_id)
SELECT 'Company ' || n, 'C' || n, '', 'unchecked', 'office' || n || '@example.com', '+48 22 ' || n, '',
       ARRAY['R' || n % 40], 'group', n % 900, 'PLN', false, false, g.id
FROM generate_series(1, {ROWS}) n JOIN (SELECT id, row_number() OVER (ORDER BY id) place FROM customers_customergroup) g
  ON g.place = n % 50 + 1
"""
UPDATE = "UPDATE customers_customer SET credit_limit = credit_limit + 1, email = 'new' || email"


class Undo:
    """A run that writes one statement, and its undo."""

    def __init__(self, statement: str) -> None:
        self.statement, self.job = statement, 0
        self.plan: UndoPlan | None = None

    def write(self) -> None:
        """The run."""
        self.job += 1
        with recording(source=Source.IMPORT, job_id=self.job, reason="benchmark"), connection.cursor() as cursor:
            cursor.execute(self.statement)

    def undo(self) -> None:
        """Plan and apply."""
        self.plan = plan_undo([self.job])
        with recording(source=Source.UNDO, reason="benchmark"):
            report = apply_undo(self.plan)
        assert (report.deleted + report.restored, report.left) == (self.plan.total, 0)


def run() -> Iterable[Figure]:
    """Deleting looks through every table that could refer to a row; keeping whole rows in the ledger is not free."""
    CustomerGroup.objects.bulk_create([CustomerGroup(name=f"Group {number}") for number in range(50)])
    yield Figure(f"undo: {ROWS:,} inserted customers / the insert".replace(",", " "), _ratio(Undo(INSERT)), 2.0)
    assert (Customer.objects.count(), Account.objects.count()) == (0, 0)
    Undo(INSERT).write()
    yield Figure(f"undo: {ROWS:,} changed customers / the change".replace(",", " "), _ratio(Undo(UPDATE)), 2.0)


def _ratio(run: Undo) -> float:
    run.job = len(run.statement)  # a number that no other run has
    write_seconds, undo_seconds = [], []
    for _turn in range(RUNS):
        _vacuum()
        write_seconds += medians(run.write, runs=1)
        undo_seconds += medians(run.undo, runs=1)
        assert run.plan is not None
        run.plan.drop()
    return statistics.median(undo_seconds) / statistics.median(write_seconds)


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE customers_customer, customers_account, changes_change")
