"""Contacts and departments: what a contact points at fits it, and a department keeps only people it may take.

A membership shares the lock of the forest with other memberships; a move of a customer, of a contact or of a department
holds it alone, so neither can slip past the other's check.
"""

from __future__ import annotations

import pgtrigger

from customers.refusals import refuse
from customers.triggers import RuleTrigger, after_statement, planned_anew
from customers.triggers.later import or_later
from customers.triggers.tree import BELOW_MOVED, LOCK_FOREST, SHARE_FOREST, refuse_strangers

NAME = "concat_ws(' ', culprit.first_name, culprit.last_name)"

FIND_FOREIGN_ADDRESS = """
    SELECT n.id, n.first_name, n.last_name FROM {rows} n LEFT JOIN customers_address a ON a.id = n.address_id
    WHERE n.address_id IS NOT NULL AND a.customer_id IS DISTINCT FROM n.customer_id LIMIT 1
"""
FIND_STAFF_AS_USER = """
    SELECT n.id, n.first_name, n.last_name, u.email FROM new_rows n JOIN identity_user u ON u.id = n.user_id
    WHERE u.kind <> 'portal' LIMIT 1
"""


def refuse_foreign_address(rows: str, *, using: str = "") -> str:
    """SQL that refuses when a contact among `rows` has the address of another customer."""
    return f"""
    {planned_anew(FIND_FOREIGN_ADDRESS.format(rows=rows), into="culprit", using=using)}
    IF culprit.id IS NOT NULL THEN
        {refuse("contact_address_of_customer", contact=NAME)}
    END IF;
    """


ADDRESSED = "(SELECT array_agg(id) FROM new_rows WHERE address_id IS NOT NULL)"
CHECK_CONTACT = f"""
    {or_later("contact_address", ADDRESSED, refuse_foreign_address("new_rows"))}
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


JOINED = "(SELECT array_agg(id) FROM new_rows)"
REFUSE_JOINED = refuse_strangers("m.id IN (SELECT id FROM new_rows)")
CHECK_MEMBERS = f"PERFORM {SHARE_FOREST}; {or_later('membership', JOINED, REFUSE_JOINED)}"

CONTACT_TRIGGERS = [
    _checked(name="contact_fits_insert", operation=pgtrigger.Insert, func=CHECK_CONTACT),
    _checked(name="contact_fits_update", operation=pgtrigger.Update, func=CHECK_CONTACT),
    _moved(name="contact_moved", func=or_later("contact", "moved", refuse_strangers("p.id = ANY ($1)", using="moved"))),
]
DEPARTMENT_TRIGGERS = [
    _moved(
        name="department_moved",
        func=or_later("department", "moved", refuse_strangers("d.id = ANY ($1)", using="moved")),
    )
]
MEMBERSHIP_TRIGGERS = [
    _checked(name="membership_insert", operation=pgtrigger.Insert, func=CHECK_MEMBERS),
    _checked(name="membership_update", operation=pgtrigger.Update, func=CHECK_MEMBERS),
]


def _later(rule: str, func: str) -> str:
    return f"IF NEW.rule = '{rule}' THEN moved := NEW.keys; {func} END IF;"


FORMER_JOINED = refuse_strangers("m.id = ANY ($1)", using="moved")
THEIR_ADDRESSES = "(SELECT * FROM customers_contact WHERE id = ANY ($1) AND address_id IS NOT NULL)"

LATER_TRIGGERS = [
    RuleTrigger(
        name="judged_later",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("moved", "bigint[]"), ("culprit", "record")],
        func=f"""
    {_later("customer", refuse_strangers(BELOW_MOVED, using="moved"))}
    {_later("contact", refuse_strangers("p.id = ANY ($1)", using="moved"))}
    {_later("department", refuse_strangers("d.id = ANY ($1)", using="moved"))}
    {_later("membership", FORMER_JOINED)}
    {_later("contact_address", refuse_foreign_address(THEIR_ADDRESSES, using="moved"))}
    DELETE FROM customers_judgedlater WHERE id = NEW.id;
    RETURN NULL;
    """,
    ),
]
