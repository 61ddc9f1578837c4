"""Trees of customers have no cycles, and departments keep only people of their own tree.

Two moves that are harmless alone can close a cycle together (A under B, and B under A in another session), so whoever
moves a customer takes the lock of the forest until the end of the transaction and then looks at what is committed.
A new customer needs no lock: it can only be part of a cycle if it came with children, in the same transaction, and
nobody else can hang a customer below one that is not committed: a move under a parent that cannot be seen is refused.
"""

from __future__ import annotations

import pgtrigger

from customers.refusals import refuse
from customers.triggers import after_statement, planned_anew
from customers.triggers.later import or_later

LOCK_FOREST = "pg_advisory_xact_lock(hashtext('customers.forest'))"
SHARE_FOREST = "pg_advisory_xact_lock_shared(hashtext('customers.forest'))"

# Walks up from each customer that got a parent and has children (others close no circle); UNION ends on a circle.
FIND_CYCLE = """
    WITH RECURSIVE walk(start, node) AS (
        SELECT c.id, c.parent_id FROM customers_customer c
        WHERE c.id = ANY ($1) AND EXISTS (SELECT 1 FROM customers_customer k WHERE k.parent_id = c.id)
        UNION
        SELECT walk.start, c.parent_id FROM walk JOIN customers_customer c ON c.id = walk.node
        WHERE c.parent_id IS NOT NULL AND walk.node <> walk.start
    )
    SELECT c.name, p.name AS parent
    FROM walk JOIN customers_customer c ON c.id = walk.start JOIN customers_customer p ON p.id = c.parent_id
    WHERE walk.node = walk.start LIMIT 1
"""
REFUSE_CYCLE = f"""
    {planned_anew(FIND_CYCLE, into="culprit", using="placed")}
    IF culprit.name IS NOT NULL THEN
        {refuse("customer_tree_has_no_cycle", name="culprit.name", parent="culprit.parent")}
    END IF;
"""

FIND_UNSEEN_PARENT = """
    SELECT c.name FROM customers_customer c LEFT JOIN customers_customer p ON p.id = c.parent_id
    WHERE c.id = ANY ($1) AND p.id IS NULL LIMIT 1
"""
REFUSE_UNSEEN_PARENT = f"""
    {planned_anew(FIND_UNSEEN_PARENT, into="culprit", using="placed")}
    IF culprit.name IS NOT NULL THEN
        {refuse("customer_parent_exists", name="culprit.name")}
    END IF;
"""


def refuse_strangers(memberships: str, *, using: str = "") -> str:
    """SQL that refuses when a membership among `memberships` (m, p, d) is of a person the department may not take."""
    find = f"""
    SELECT d.name AS department, holder.name AS customer, concat_ws(' ', p.first_name, p.last_name) AS contact,
           employer.name AS employer
    FROM customers_membership m
    JOIN customers_department d ON d.id = m.department_id AND d.customer_id IS NOT NULL
    JOIN customers_contact p ON p.id = m.contact_id
    JOIN customers_customer holder ON holder.id = d.customer_id
    JOIN customers_customer employer ON employer.id = p.customer_id
    WHERE {memberships} AND NOT customers_is_within(p.customer_id, d.customer_id) LIMIT 1
    """
    names = {name: f"culprit.{name}" for name in ("department", "customer", "contact", "employer")}
    return f"""
    {planned_anew(find, into="culprit", using=using)}
    IF culprit.department IS NOT NULL THEN
        {refuse("department_takes_own_people", **names)}
    END IF;
    """


BELOW_MOVED = """p.customer_id IN (
        WITH RECURSIVE below(id) AS (
            SELECT unnest($1)
            UNION
            SELECT c.id FROM below JOIN customers_customer c ON c.parent_id = below.id
        )
        SELECT id FROM below
    )"""

FIND_PLACED = """
    SELECT array_agg(n.id) FROM new_rows n
    WHERE n.parent_id IS NOT NULL AND EXISTS (SELECT 1 FROM customers_customer k WHERE k.parent_id = n.id)
"""

TREE_TRIGGERS = [
    after_statement(
        name="customer_1_tree_insert",
        operation=pgtrigger.Insert,
        placed="bigint[]",
        culprit="record",
        func=f"""
    {planned_anew(FIND_PLACED, into="placed")}
    IF placed IS NOT NULL THEN
        {REFUSE_CYCLE}
    END IF;
    RETURN NULL;
    """,
    ),
    after_statement(
        name="customer_1_tree_update",
        operation=pgtrigger.Update,
        moved="bigint[]",
        placed="bigint[]",
        culprit="record",
        func=f"""
    SELECT array_agg(id), array_agg(id) FILTER (WHERE parent_id IS NOT NULL) INTO moved, placed
    FROM (SELECT id, parent_id FROM new_rows EXCEPT SELECT id, parent_id FROM old_rows) changed;
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM {LOCK_FOREST};
    IF placed IS NOT NULL THEN
        {REFUSE_UNSEEN_PARENT}
        {REFUSE_CYCLE}
    END IF;
    IF EXISTS (SELECT 1 FROM customers_department WHERE customer_id IS NOT NULL) THEN
        {or_later("customer", "moved", refuse_strangers(BELOW_MOVED, using="moved"))}
    END IF;
    RETURN NULL;
    """,
    ),
]
