"""Looks through all customers for those that share a VAT id, a name with a postcode, or an e-mail address.

Set by set: a constant number of statements whatever there is, but for the rounds in which chains of pairs grow together
(a handful). Something that very many share, such as the address of a mail portal, is no sign of being one company.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from customers.models import DuplicateReason

LARGEST = 20  # customers that may share one thing before it means nothing
WORK_MEM = "128MB"

SIGNS = {
    DuplicateReason.VAT: "SELECT id AS customer_id, vat_id AS value FROM customers_customer WHERE vat_id <> ''",
    DuplicateReason.NAME: """
        SELECT c.id AS customer_id, concat_ws(' ', c.key, a.country, a.postcode) AS value
        FROM (SELECT id, customers_name_key(name) AS key FROM customers_customer OFFSET 0) c
        JOIN (
            SELECT DISTINCT customer_id, country, customers_postcode_key(postal_code) AS postcode
            FROM customers_address WHERE postal_code <> ''
        ) a ON a.customer_id = c.id
    """,
    DuplicateReason.EMAIL: """
        SELECT id AS customer_id, lower(email) AS value FROM customers_customer WHERE email <> ''
        UNION SELECT customer_id, lower(email) FROM customers_contact WHERE email <> ''
    """,
}

_MARKS = """
CREATE TEMP TABLE hub_marks (customer_id bigint, reason text, value text) ON COMMIT DROP
"""
_MARK = """
WITH signs AS MATERIALIZED ({signs}),
shared AS MATERIALIZED (SELECT value, count(*) AS holders FROM signs GROUP BY value HAVING count(*) > 1),
marked AS (
    INSERT INTO hub_marks SELECT s.customer_id, '{reason}', s.value FROM signs s
    JOIN shared USING (value) WHERE shared.holders <= {largest}
)
SELECT count(*) FROM shared WHERE holders > {largest}
"""
_MARK_AGAIN = """
INSERT INTO hub_marks SELECT customer_id, reason, value FROM customers_likelyduplicate WHERE "group" = ANY (%s)
"""
_PAIRS = """
CREATE TEMP TABLE hub_pairs ON COMMIT DROP AS
SELECT a.customer_id AS low, b.customer_id AS high, a.reason, a.value
FROM hub_marks a JOIN hub_marks b ON b.reason = a.reason AND b.value = a.value AND a.customer_id < b.customer_id
WHERE NOT EXISTS (
    SELECT 1 FROM customers_notduplicate n WHERE n.first_id = a.customer_id AND n.second_id = b.customer_id)
"""
# Branches have the VAT id and the mailbox of their company: within one tree neither is a sign.
_ROOTS = """
CREATE TEMP TABLE hub_roots ON COMMIT DROP AS
WITH RECURSIVE up(id, node) AS (
    SELECT id, id FROM (SELECT low AS id FROM hub_pairs UNION SELECT high FROM hub_pairs) paired
    UNION SELECT up.id, c.parent_id FROM up JOIN customers_customer c ON c.id = up.node WHERE c.parent_id IS NOT NULL
)
SELECT up.id, up.node AS root FROM up JOIN customers_customer c ON c.id = up.node WHERE c.parent_id IS NULL
"""
_FORGET_BRANCHES = """
DELETE FROM hub_pairs p USING hub_roots a, hub_roots b
WHERE p.reason IN ('vat', 'email') AND a.id = p.low AND b.id = p.high AND a.root = b.root
"""
_LABELS = """
CREATE TEMP TABLE hub_labels ON COMMIT DROP AS
SELECT id, id AS label FROM (SELECT low AS id FROM hub_pairs UNION SELECT high FROM hub_pairs) paired
"""
_SPREAD = """
UPDATE hub_labels l SET label = nearest.label
FROM (
    SELECT id, min(label) AS label FROM (
        SELECT p.low AS id, h.label FROM hub_pairs p JOIN hub_labels h ON h.id = p.high
        UNION ALL SELECT p.high, h.label FROM hub_pairs p JOIN hub_labels h ON h.id = p.low
    ) around GROUP BY id
) nearest
WHERE nearest.id = l.id AND nearest.label < l.label
"""
_JUMP = "UPDATE hub_labels l SET label = h.label FROM hub_labels h WHERE h.id = l.label AND h.label < l.label"
_WRITE = """
INSERT INTO customers_likelyduplicate ("group", customer_id, reason, value)
SELECT l.label, p.id, p.reason, p.value
FROM (SELECT low AS id, reason, value FROM hub_pairs UNION SELECT high, reason, value FROM hub_pairs) p
JOIN hub_labels l ON l.id = p.id JOIN customers_customer c ON c.id = p.id
ORDER BY l.label, p.id FOR KEY SHARE OF c
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('customers.duplicates'))"


@dataclass(frozen=True)
class Found:
    """What a look through everything came to; `common` counts things that too many share to mean anything."""

    groups: int
    customers: int
    common: int

    def as_json(self) -> dict[str, int]:
        """For the job's result."""
        return {"groups": self.groups, "customers": self.customers, "common": self.common}


@transaction.atomic
def find_duplicates() -> Found:
    """Look through all customers anew."""
    _begin()
    common = 0
    for reason, signs in SIGNS.items():
        ((many,),) = _fetch(_MARK.format(signs=signs, reason=reason.value, largest=LARGEST))
        common += many if reason != DuplicateReason.NAME else 0
    _execute("DELETE FROM customers_likelyduplicate")
    _group()
    ((groups, customers),) = _fetch(
        'SELECT count(DISTINCT "group"), count(DISTINCT customer_id) FROM customers_likelyduplicate'
    )
    return Found(groups, customers, common)


@transaction.atomic
def regroup(customers: Collection[int]) -> None:
    """Put together anew the groups these customers are in, after some were set aside, merged or deleted."""
    _begin()
    keys = _fetch('SELECT DISTINCT "group" FROM customers_likelyduplicate WHERE customer_id = ANY (%s)', [[*customers]])
    groups = [key for (key,) in keys]
    _execute(_MARK_AGAIN, [groups])
    _execute('DELETE FROM customers_likelyduplicate WHERE "group" = ANY (%s)', [groups])
    _group()


def _begin() -> None:
    """One after the other, with room to sort in."""
    _execute(_LOCK)
    _execute("SELECT set_config('work_mem', %s, true)", [WORK_MEM])
    _execute("DROP TABLE IF EXISTS pg_temp.hub_marks, pg_temp.hub_pairs, pg_temp.hub_roots, pg_temp.hub_labels")
    _execute(_MARKS)


def _group() -> None:
    """From marks to rows: pairs, and what hangs together by pairs is one group."""
    _execute("ANALYZE hub_marks")
    _execute(_PAIRS)
    _execute("ANALYZE hub_pairs")
    _execute(_ROOTS)
    _execute("ANALYZE hub_roots")
    _execute(_FORGET_BRANCHES)
    _execute(_LABELS)
    _execute("ANALYZE hub_labels")
    while _execute(_SPREAD):
        while _execute(_JUMP):
            pass
    _execute(_WRITE)


def _execute(sql: str, parameters: list[Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.rowcount


def _fetch(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
