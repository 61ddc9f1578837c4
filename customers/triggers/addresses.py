"""Addresses: one primary, one default per type, never another customer's, checked again after an edit.

Whoever flags an address takes the flag over: the former one loses it. When one statement flags several addresses of a
customer, the last one wins. A customer with addresses has a primary one: the first, until somebody chooses.
"""

from __future__ import annotations

import pgtrigger

from customers.refusals import refuse
from customers.triggers import RuleTrigger, after_statement, planned_anew

PLACE = ("street", "street2", "postal_code", "city", "region", "region_text", "country")
FLAGS = "is_primary, is_default_billing, is_default_shipping"

# Two sessions settle one after the other.
LOCK_HOLDERS = planned_anew(
    "SELECT count(*) FROM (SELECT 1 FROM customers_customer WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE) locked",
    into="locked",
    using="holders",
)

# `fresh` is what this statement flagged: flags of `new_rows` that `old_rows` do not have.
FRESH_FLAGS = ", ".join(
    f"bool_or({flag} AND is_new) AND NOT bool_or({flag} AND NOT is_new) AS {flag}" for flag in FLAGS.split(", ")
)
TAKE_FLAGS_OFF_THE_FORMER = f"""
    WITH fresh AS (
        SELECT id, customer_id, {FRESH_FLAGS} FROM (%s) rows GROUP BY id, customer_id
    ), winner AS (
        SELECT customer_id, max(id) FILTER (WHERE is_primary) AS primary_id,
               max(id) FILTER (WHERE is_default_billing) AS billing_id,
               max(id) FILTER (WHERE is_default_shipping) AS shipping_id
        FROM fresh WHERE is_primary OR is_default_billing OR is_default_shipping GROUP BY customer_id
    )
    UPDATE customers_address a SET
        is_primary = a.is_primary AND a.id = coalesce(w.primary_id, a.id),
        is_default_billing = a.is_default_billing AND a.id = coalesce(w.billing_id, a.id),
        is_default_shipping = a.is_default_shipping AND a.id = coalesce(w.shipping_id, a.id)
    FROM winner w WHERE a.customer_id = w.customer_id AND (
        (a.is_primary AND a.id <> w.primary_id) OR (a.is_default_billing AND a.id <> w.billing_id)
        OR (a.is_default_shipping AND a.id <> w.shipping_id)
    )
"""
MAKE_THE_FIRST_PRIMARY = """
    UPDATE customers_address SET is_primary = true WHERE id IN (
        SELECT min(id) FROM customers_address WHERE customer_id = ANY ($1)
        GROUP BY customer_id HAVING NOT bool_or(is_primary)
    )
"""


def settle_flags(rows: str) -> str:
    """SQL that leaves each customer in `holders` with one primary address and one default per type."""
    return f"""
    IF holders IS NULL THEN
        RETURN NULL;
    END IF;
    {LOCK_HOLDERS}
    {planned_anew(TAKE_FLAGS_OFF_THE_FORMER % rows)}
    {planned_anew(MAKE_THE_FIRST_PRIMARY, using="holders")}
    RETURN NULL;
    """


NEW_FLAGS = f"SELECT id, customer_id, {FLAGS}, true AS is_new FROM new_rows"
OLD_FLAGS = f"SELECT id, customer_id, {FLAGS}, false AS is_new FROM old_rows"

ADDRESS_TRIGGERS = [
    # Before the row is flagged, not after: two flagged rows that nobody committed yet would wait for each other.
    RuleTrigger(
        name="address_flag_waits",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__is_primary=True, old__is_primary=False)
        | pgtrigger.Q(new__is_default_billing=True, old__is_default_billing=False)
        | pgtrigger.Q(new__is_default_shipping=True, old__is_default_shipping=False),
        func="""
    PERFORM 1 FROM customers_customer WHERE id = NEW.customer_id FOR NO KEY UPDATE;
    RETURN NEW;
    """,
    ),
    # It follows its customer into another one, and back when that merge is undone.
    RuleTrigger(
        name="address_keeps_customer",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__customer__df=pgtrigger.F("new__customer")),
        func=f"""
    IF EXISTS (
        SELECT 1 FROM customers_customermerge WHERE undone_at IS NULL AND (
            (loser_key = OLD.customer_id AND winner_key = NEW.customer_id)
            OR (winner_key = OLD.customer_id AND loser_key = NEW.customer_id))
    ) THEN
        RETURN NEW;
    END IF;
    {refuse("address_keeps_customer")}
    """,
    ),
    # What was found out about the former place is not true of the new one.
    RuleTrigger(
        name="address_edited",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(*PLACE),
        func="""
    IF NEW.validated_at IS NOT DISTINCT FROM OLD.validated_at THEN
        NEW.validated_at := NULL;
    END IF;
    IF NEW.latitude IS NOT DISTINCT FROM OLD.latitude AND NEW.longitude IS NOT DISTINCT FROM OLD.longitude THEN
        NEW.latitude := NULL;
        NEW.longitude := NULL;
    END IF;
    RETURN NEW;
    """,
    ),
    after_statement(
        name="address_flags_insert",
        operation=pgtrigger.Insert,
        holders="bigint[]",
        locked="bigint",
        func=f"""
    SELECT array_agg(DISTINCT customer_id) INTO holders FROM new_rows;
    {settle_flags(NEW_FLAGS)}
    """,
    ),
    after_statement(
        name="address_flags_update",
        operation=pgtrigger.Update,
        holders="bigint[]",
        locked="bigint",
        func=f"""
    SELECT array_agg(DISTINCT customer_id) INTO holders FROM (
        SELECT id, customer_id, {FLAGS} FROM new_rows EXCEPT SELECT id, customer_id, {FLAGS} FROM old_rows
    ) changed;
    {settle_flags(f"{NEW_FLAGS} UNION ALL {OLD_FLAGS}")}
    """,
    ),
    # Waits for the end of the transaction: a customer may go with all its addresses, and a new primary may follow.
    RuleTrigger(
        name="address_primary_stays",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Q(old__is_primary=True),
        declare=[("holder", "text")],
        func=f"""
    IF EXISTS (SELECT 1 FROM customers_address WHERE customer_id = OLD.customer_id)
        AND NOT EXISTS (SELECT 1 FROM customers_address WHERE customer_id = OLD.customer_id AND is_primary) THEN
        SELECT name INTO holder FROM customers_customer WHERE id = OLD.customer_id;
        {refuse("address_primary_stays", address="concat_ws(', ', OLD.street, OLD.city)", customer="holder")}
    END IF;
    RETURN NULL;
    """,
    ),
]
