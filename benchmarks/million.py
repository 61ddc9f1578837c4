"""A million customers, made in the database: with parents, groups, terms, tax codes, reps, half of them with e-mail."""

import contextlib
from collections.abc import Iterator

from django.db import connection
from django.db.backends.utils import CursorWrapper

CUSTOMERS = 1_000_000
TABLES = ("customers_customer", "customers_account")

# Names are three words out of small lists and a number, so that one word is frequent and a code is rare.
FILL = """
INSERT INTO customers_paymentterm (label, version, created_at, updated_at)
SELECT 'net ' || n, 1, now(), now() FROM generate_series(1, 10) n;
INSERT INTO customers_taxcode (code, description, version, created_at, updated_at)
SELECT 'TAX' || n, '', 1, now(), now() FROM generate_series(1, 5) n;
INSERT INTO customers_customergroup (name, price_fallback, payment_term_id, version, created_at, updated_at)
SELECT 'Group ' || n, 'system', (SELECT min(id) FROM customers_paymentterm) + n % 10, 1, now(), now()
FROM generate_series(1, 50) n;
INSERT INTO customers_account (name, version, created_at, updated_at)
SELECT 'Account ' || n, 1, now(), now() FROM generate_series(1, {customers} / 10) n;
INSERT INTO customers_customer (
    id, code, name, parent_id, group_id, account_id, payment_term_id, tax_code_id, vat_id, vat_state, email, phone,
    phone_e164, rep_ids, price_fallback, credit_currency, is_on_hold, is_internal, version, created_at, updated_at
)
SELECT n, 'C' || lpad(n::text, 7, '0'),
    (ARRAY['Alfa', 'Beta', 'Gamma', 'Delta', 'Łąka', 'Morze', 'Słońce', 'Wasser'])[1 + n % 8] || ' '
    || (ARRAY['Print', 'Druk', 'Handel', 'Papier', 'Werbung', 'Logistik'])[1 + n / 8 % 6] || ' '
    || (ARRAY['GmbH', 'Sp. z o.o.', 'Ltd', 'AG', 'S.A.'])[1 + n / 48 % 5] || ' ' || n,
    CASE WHEN n % 3 = 0 AND n > 1 THEN n / 10 + 1 END,
    CASE WHEN n % 5 > 0 THEN (SELECT min(id) FROM customers_customergroup) + n % 50 END,
    (SELECT min(id) FROM customers_account) + n % ({customers} / 10),
    CASE WHEN n % 2 = 0 THEN (SELECT min(id) FROM customers_paymentterm) + n % 10 END,
    CASE WHEN n % 4 = 0 THEN (SELECT min(id) FROM customers_taxcode) + n % 5 END,
    CASE WHEN n % 2 = 0 THEN 'PL' || lpad(n::text, 10, '0') ELSE '' END, 'unchecked',
    CASE WHEN n % 2 = 0 THEN 'office' || n || '@company.example' ELSE '' END, '', '',
    CASE n % 4 WHEN 0 THEN ARRAY[]::varchar[] WHEN 1 THEN ARRAY['REP' || n % 100]
        ELSE ARRAY['REP' || n % 100, 'REX' || n % 7] END,
    'group', '', false, false, 1, now() - n * interval '1 second', now() - n * interval '1 second'
FROM generate_series(1, {customers}) n;
"""

PLAIN_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'customers_customer' AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""


def fill(customers: int = CUSTOMERS) -> None:
    """Fill the empty tables; the triggers rest meanwhile, since every row is made to keep their rules."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        with indexes_made_afterwards(cursor):
            cursor.execute(FILL.format(customers=customers))
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), max(id)) FROM customers_customer"
        )
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")


@contextlib.contextmanager
def indexes_made_afterwards(cursor: CursorWrapper) -> Iterator[None]:
    """Take off the customers' indexes that hold no rule, and make them at once when the rows are there."""
    cursor.execute(PLAIN_INDEXES)
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET maintenance_work_mem = '256MB'")
    for _name, definition in indexes:
        cursor.execute(definition)
