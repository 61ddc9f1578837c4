"""What the change ledger costs bulk writes: 20 000 customers in one statement, with its triggers and without.

Everything else is the same: keys, indexes, rules, and the commit, which checks the foreign keys.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from benchmarks.figures import Figure, medians
from customers.models import Account, Customer, CustomerGroup, PaymentTerm
from foundation.changes.models import Change, Source
from foundation.changes.recording import recording
from foundation.changes.triggers import trigger_name

ROWS = 20_000
TABLE, LEAN = Customer._meta.db_table, PaymentTerm._meta.db_table

INSERT_LEAN = f"INSERT INTO {LEAN} (label) SELECT 'Term ' || n FROM generate_series(1, {ROWS}) n"
INSERT = f"""
INSERT INTO {TABLE} (name, code, vat_id, vat_state, email, phone, phone_e164, rep_ids, price_fallback, credit_limit,
                     credit_currency, is_on_hold, is_internal, group_id, account_id)
SELECT 'Company ' || a.n, 'C' || a.n, '', 'unchecked', 'office' || a.n || '@example.com', '+48 22 ' || a.n, '',
       ARRAY['R' || a.n % 40], 'group', a.n % 900, 'PLN', false, false, g.id, a.id
FROM (SELECT id, row_number() OVER (ORDER BY id) n FROM customers_account) a
JOIN (SELECT id, row_number() OVER (ORDER BY id) n FROM customers_customergroup) g ON g.n = a.n % 50 + 1
"""
UPDATE = f"UPDATE {TABLE} SET credit_limit = credit_limit + 1, is_on_hold = NOT is_on_hold"
UNCHANGED = f"UPDATE {TABLE} SET credit_limit = credit_limit"
DELETE = f"DELETE FROM {TABLE}"


def run() -> Iterable[Figure]:
    """Inserts keep a key, updates the former values of changed fields, deletions the whole row: that is the order."""
    CustomerGroup.objects.bulk_create([CustomerGroup(name=f"Group {number}") for number in range(50)])
    Account.objects.bulk_create([Account(name=f"Account {number}") for number in range(ROWS)], batch_size=5_000)
    # An insert pays for one ledger row of some 80 bytes with its three index entries.
    yield Figure("ledger: insert 20 000 customers / without", _ratio(INSERT, fill=False), 1.4)
    # An update is compared column by column, joined with itself, and its former values become JSON.
    yield Figure("ledger: update two fields of 20 000 customers / without", _ratio(UPDATE), 1.6)
    # Nothing is written then, only compared: what a second import of the same file would pay without seals.
    yield Figure("ledger: update 20 000 customers to what they are / without", _ratio(UNCHANGED), 1.4)
    # Deleting is almost free in PostgreSQL until vacuum; keeping 20 000 whole rows is not.
    yield Figure("ledger: delete 20 000 customers / without", _ratio(DELETE), 2.0)
    # The worst case: a row that costs hardly more than the ledger's own.
    yield Figure("ledger: insert 20 000 payment terms / without", _ratio(INSERT_LEAN, fill=False, table=LEAN), 1.8)


def _ratio(statement: str, *, fill: bool = True, table: str = TABLE) -> float:
    _reset(table, fill)
    _write(statement, table, ledger=True)
    assert statement == UNCHANGED or Change.objects.count() == ROWS * (1 + fill)
    with_ledger, without = medians(
        lambda: _write(statement, table, ledger=True),
        lambda: _write(statement, table, ledger=False),
        before=lambda: _reset(table, fill),
    )
    return with_ledger / without


def _write(statement: str, table: str, *, ledger: bool) -> None:
    word = "ENABLE" if ledger else "DISABLE"
    with recording(source=Source.IMPORT, reason="benchmark"):
        for kind in ("insert", "update", "delete", "version"):
            _execute(f"ALTER TABLE {table} {word} TRIGGER {trigger_name(table, kind)}")
        _execute(statement)


def _reset(table: str, fill: bool) -> None:
    with transaction.atomic():
        _execute("SET LOCAL hub.ledger_erasure = 'on'")
        _execute(f"TRUNCATE {table}, changes_change CASCADE")
        if fill:
            _execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER {trigger_name(TABLE, 'insert')}")
            _execute(INSERT)
    _execute(f"VACUUM ANALYZE {table}")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
