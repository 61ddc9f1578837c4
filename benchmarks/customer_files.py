"""Files of customers as an accounting program would hand them over, and the shortest way SQL knows to take them in."""

import csv
import io
from collections.abc import Iterator

from django.db import connection

from catalog.models import PriceList
from customers.models import CustomerGroup, PaymentTerm, TaxCode

HEADERS = [
    *("Name", "External Id", "Parent Name", "Group Name", "Tax code", "VAT Id", "Payment term Label", "Sales Rep Ids"),
]
GROUPS, TERMS, TAX_CODES = 50, 10, 5


def make_lists() -> None:
    """The records that the files name."""
    CustomerGroup.objects.bulk_create([CustomerGroup(name=f"Group {n}") for n in range(GROUPS)])
    PaymentTerm.objects.bulk_create([PaymentTerm(label=f"net {n}") for n in range(TERMS)])
    TaxCode.objects.bulk_create([TaxCode(code=f"TAX{n}") for n in range(TAX_CODES)])
    PriceList.objects.bulk_create([PriceList(name=f"List {n}", currencies=["EUR"]) for n in range(5)])


def polish_vat_id(number: int) -> str:
    """A number with the right check digit."""
    digits = f"{number:09d}"
    check = sum(int(digit) * weight for digit, weight in zip(digits, (6, 5, 7, 2, 3, 4, 5, 6, 7), strict=True)) % 11
    return f"PL{digits}{check}" if check < 10 else ""


def file_of(rows: int, *, changed: int = 0) -> bytes:
    """A file of so many customers, the first third parents of the others; `changed` rows have another payment term."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    step = rows // changed if changed else 0
    for n in range(rows):
        term = (n + (1 if step and n % step == 0 else 0)) % TERMS
        parent = f"Company {n // 3:07d}" if n % 3 else ""
        reps = ("", f"REP{n % 40}", f"REP{n % 40};REX{n % 7}")[n % 3]
        writer.writerow(
            [
                *(
                    f"Company {n:07d}",
                    f"C{n:07d}",
                    parent if parent != f"Company {n:07d}" else "",
                    f"Group {n % GROUPS}",
                ),
                *(f"TAX{n % TAX_CODES}", polish_vat_id(100_000_000 + n) if n % 2 else "", f"net {term}", reps),
            ]
        )
    return text.getvalue().encode()


# --- the yardstick: bytes into a table by COPY, everything else in a handful of statements ---------------------------

STAGE = """
CREATE UNLOGGED TABLE IF NOT EXISTS yard_seal (hash uuid PRIMARY KEY, record bigint, version integer);
DROP TABLE IF EXISTS yard;
CREATE UNLOGGED TABLE yard (
    name text, code text, parent text, grp text, tax text, vat text, term text, reps text, line bigserial
)
"""
COPY = "COPY yard (name, code, parent, grp, tax, vat, term, reps) FROM STDIN (FORMAT csv, HEADER)"
DELTA = """
CREATE TEMP TABLE yard_new ON COMMIT DROP AS
SELECT y.*, h.hash FROM yard y, LATERAL (
    SELECT md5(ROW(name, code, parent, grp, tax, vat, term, reps)::text)::uuid AS hash
) h LEFT JOIN (yard_seal s JOIN customers_customer c ON c.id = s.record AND c.version = s.version) ON s.hash = h.hash
WHERE s.record IS NULL;
ANALYZE yard_new;
CREATE TEMP TABLE yard_rows ON COMMIT DROP AS
SELECT y.*, coalesce(c.id, nextval('customers_customer_id_seq')) AS id, c.id IS NULL AS is_new,
       g.id AS group_id, t.id AS term_id, x.id AS tax_id
FROM yard_new y LEFT JOIN customers_customer c ON lower(c.code) = lower(y.code) AND c.code <> ''
LEFT JOIN customers_customergroup g ON lower(g.name) = lower(y.grp)
LEFT JOIN customers_paymentterm t ON lower(t.label) = lower(y.term)
LEFT JOIN customers_taxcode x ON lower(x.code) = lower(y.tax);
ANALYZE yard_rows;
CREATE TEMP TABLE yard_errors ON COMMIT DROP AS
SELECT y.line, e.text FROM yard_rows y, LATERAL (VALUES
    (y.grp IS NOT NULL AND y.group_id IS NULL, 'group'), (y.term IS NOT NULL AND y.term_id IS NULL, 'term'),
    (y.tax IS NOT NULL AND y.tax_id IS NULL, 'tax'), (y.vat !~ '^([A-Z0-9+*]{2,20})?$', 'vat'),
    (length(y.name) > 255 OR y.name IS NULL, 'name'), (length(y.code) > 64, 'code')
) e(bad, text) WHERE e.bad;
INSERT INTO yard_errors SELECT line, 'double' FROM (
    SELECT line, count(*) OVER (PARTITION BY lower(code)) AS times FROM yard_rows
) d WHERE times > 1
"""
INSERT = """
INSERT INTO customers_customer (id, code, name, parent_id, group_id, payment_term_id, tax_code_id, vat_id, vat_state,
    email, phone, phone_e164, rep_ids, price_fallback, credit_currency, is_on_hold, is_internal)
SELECT y.id, coalesce(y.code, ''), y.name, p.id, y.group_id, y.term_id, y.tax_id, coalesce(y.vat, ''),
    CASE WHEN y.vat IS NULL THEN 'unchecked' ELSE 'valid' END, '', '', '',
    CASE WHEN y.reps IS NULL THEN '{}' ELSE string_to_array(y.reps, ';') END, 'group', '', false, false
FROM yard_rows y LEFT JOIN yard_rows p ON p.name = y.parent
WHERE y.is_new AND y.line BETWEEN %s AND %s AND y.line NOT IN (SELECT line FROM yard_errors) ORDER BY y.line
"""
UPDATE = """
UPDATE customers_customer c SET name = y.name, group_id = y.group_id, payment_term_id = y.term_id,
    tax_code_id = y.tax_id, vat_id = coalesce(y.vat, ''),
    rep_ids = CASE WHEN y.reps IS NULL THEN c.rep_ids ELSE string_to_array(y.reps, ';') END
FROM yard_rows y WHERE NOT y.is_new AND c.id = y.id AND y.line NOT IN (SELECT line FROM yard_errors);
INSERT INTO yard_seal SELECT y.hash, y.id, c.version FROM yard_rows y JOIN customers_customer c ON c.id = y.id
ON CONFLICT (hash) DO UPDATE SET record = EXCLUDED.record, version = EXCLUDED.version
"""


def take_in_by_hand(content: bytes) -> None:
    """Import a file the shortest way there is; call it inside `recording()`, so that the ledger is written as well."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(STAGE)
        with cursor.copy(COPY) as copy:
            copy.write(content)
        cursor.execute("ANALYZE yard")
        cursor.execute(DELTA)
        for wave in waves(content.count(b"\n")):
            cursor.execute(INSERT, wave)
        cursor.execute(UPDATE)


def waves(lines: int) -> Iterator[tuple[int, int]]:
    """Lines whose parents all stand before the first of them; a statement that brings both walks up from every row."""
    first = 1
    while first <= lines:
        last = max(3, 3 * first - 1)
        yield first, last
        first = last + 1


def forget() -> None:
    """Empty tables again, as a fresh installation has them."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS yard_seal, yard")
        cursor.execute("TRUNCATE customers_customer, customers_account, transfers_seal CASCADE")
        cursor.execute("VACUUM ANALYZE customers_customer")
