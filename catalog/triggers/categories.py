"""The tree of categories has no cycles. Whoever moves one takes a lock first: two moves may close a circle together."""

from __future__ import annotations

import pgtrigger

from catalog.refusals import refuse
from foundation.changes.rule_triggers import RuleTrigger, after_statement, planned_anew

LOCK_TREE = "pg_advisory_xact_lock(hashtext('catalog.categories'))"

FIND_UNSEEN_PARENT = """
    SELECT c.name FROM catalog_category c LEFT JOIN catalog_category p ON p.id = c.parent_id
    WHERE c.id = ANY ($1) AND c.parent_id IS NOT NULL AND p.id IS NULL LIMIT 1
"""
FIND_CYCLE = """
    WITH RECURSIVE walk(start, node) AS (
        SELECT c.id, c.parent_id FROM catalog_category c WHERE c.id = ANY ($1)
        UNION
        SELECT walk.start, c.parent_id FROM walk JOIN catalog_category c ON c.id = walk.node
        WHERE c.parent_id IS NOT NULL AND walk.node <> walk.start
    )
    SELECT c.name, p.name AS parent
    FROM walk JOIN catalog_category c ON c.id = walk.start JOIN catalog_category p ON p.id = c.parent_id
    WHERE walk.node = walk.start LIMIT 1
"""


def _placed(name: str, operation: pgtrigger.Operation, changed: str) -> RuleTrigger:
    return after_statement(
        name=name,
        operation=operation,
        placed="bigint[]",
        culprit="record",
        func=f"""
    {planned_anew(changed, into="placed")}
    IF placed IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM {LOCK_TREE};
    {planned_anew(FIND_UNSEEN_PARENT, into="culprit", using="placed")}
    IF culprit.name IS NOT NULL THEN
        {refuse("category_parent_exists", name="culprit.name")}
    END IF;
    {planned_anew(FIND_CYCLE, into="culprit", using="placed")}
    IF culprit.name IS NOT NULL THEN
        {refuse("category_tree_has_no_cycle", name="culprit.name", parent="culprit.parent")}
    END IF;
    RETURN NULL;
    """,
    )


CATEGORY_TRIGGERS = [
    _placed(
        "category_tree_insert",
        pgtrigger.Insert,
        "SELECT array_agg(n.id) FROM new_rows n WHERE n.parent_id IS NOT NULL",
    ),
    _placed(
        "category_tree_update",
        pgtrigger.Update,
        """SELECT array_agg(id) FILTER (WHERE parent_id IS NOT NULL)
        FROM (SELECT id, parent_id FROM new_rows EXCEPT SELECT id, parent_id FROM old_rows) changed""",
    ),
]
