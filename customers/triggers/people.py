"""Contacts and departments: what a contact points at fits it, and a department keeps only people it may take.

A membership shares the lock of the forest with other memberships; a move of a customer, of a contact or of a department
holds it alone, so neither can slip past the other's check.
"""

from __future__ import annotations

import pgtrigger

from customers.refusals import refuse
from customers.triggers import RuleTrigger, after_statement, planned_anew
from customers.triggers.tree import LOCK_FOREST, SHARE_FOREST, refuse_strangers

NAME = "concat_ws(' ', culprit.first_name, culprit.last_name)"

FIND_FOREIGN_ADDRESS = """
    SELECT n.id, n.first_name, n.last_name FROM new_rows n LEFT JOIN customers_address a ON a.id = n.address_id
    WHERE n.address_id IS NOT NULL AND a.customer_id IS DISTINCT FROM n.customer_id LIMIT 1
"""
FIND_STAFF_AS_USER = """
    SELECT n.id, n.first_name, n.last_name, u.email FROM new_rows n JOIN identity_user u ON u.id = n.user_id
    WHERE u.kind <> 'portal' LIMIT 1
"""
CHECK_CONTACT = f"""
    {planned_anew(FIND_FOREIGN_ADDRESS, into="culprit")}
    IF culprit.id IS NOT NULL THEN
        {refuse("contact_address_of_customer", contact=NAME)}
    END IF;
    {planned_anew(FIND_STAFF_AS_USER, into="culprit")}
    IF culprit.id IS NOT NULL THEN
        {refuse("contact_user_is_portal", contact=NAME, user="culprit.email")}
    END IF;
"""


def _moved(*, name: str, func: str) -> RuleTrigger:
    """A trigger for rows that changed their customer: their keys are in `moved`, the forest is locked."""
    return after_statement(
        name=name,
        operation=pgtrigger.Update,
        moved="bigint[]",
        culprit="record",
        func=f"""
    SELECT array_agg(id) INTO moved
    FROM (SELECT id, customer_id FROM new_rows EXCEPT SELECT id, customer_id FROM old_rows) changed;
    IF moved IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM {LOCK_FOREST};
    {func}
    RETURN NULL;
    """,
    )


def _checked(*, name: str, operation: pgtrigger.Operation, func: str) -> RuleTrigger:
    """A trigger that looks at all rows a statement wrote."""
    return after_statement(
        name=name,
        operation=operation,
        culprit="record",
        func=f"{func} RETURN NULL;",
    )


CHECK_MEMBERS = f"PERFORM {SHARE_FOREST}; {refuse_strangers('m.id IN (SELECT id FROM new_rows)')}"

CONTACT_TRIGGERS = [
    _checked(name="contact_fits_insert", operation=pgtrigger.Insert, func=CHECK_CONTACT),
    _checked(name="contact_fits_update", operation=pgtrigger.Update, func=CHECK_CONTACT),
    _moved(name="contact_moved", func=refuse_strangers("p.id = ANY ($1)", using="moved")),
]
DEPARTMENT_TRIGGERS = [_moved(name="department_moved", func=refuse_strangers("d.id = ANY ($1)", using="moved"))]
MEMBERSHIP_TRIGGERS = [
    _checked(name="membership_insert", operation=pgtrigger.Insert, func=CHECK_MEMBERS),
    _checked(name="membership_update", operation=pgtrigger.Update, func=CHECK_MEMBERS),
]
