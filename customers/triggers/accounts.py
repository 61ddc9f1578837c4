"""Every new customer has an account: its own, or under the strategy `root` the one of its root company.

The row trigger only draws the account's number; the accounts themselves are made once per statement, so a million new
customers cost one more INSERT and no UPDATE. The foreign key is checked when the transaction ends.
"""

from __future__ import annotations

import pgtrigger

from customers.triggers import RuleTrigger, after_statement, planned_anew
from customers.triggers.tree import LOCK_FOREST, SHARE_FOREST

IS_ROOT_STRATEGY = "EXISTS (SELECT 1 FROM customers_customersettings WHERE id = 1 AND account_strategy = 'root')"

MAKE_ACCOUNTS = """
    INSERT INTO customers_account (id, name, owner_id, version, created_at, updated_at)
    SELECT n.account_id, n.name, n.owner_id, 1, statement_timestamp(), statement_timestamp() FROM new_rows n
    WHERE n.own_account_id = n.account_id AND NOT EXISTS (SELECT 1 FROM customers_account a WHERE a.id = n.account_id)
"""

ACCOUNT_TRIGGERS = [
    RuleTrigger(
        name="customer_account_number",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__account__isnull=True),
        func=f"""
    IF NEW.parent_id IS NULL OR NOT {IS_ROOT_STRATEGY} THEN
        NEW.account_id := nextval('customers_account_id_seq');
        NEW.own_account_id := NEW.account_id;
    END IF;
    RETURN NEW;
    """,
    ),
    after_statement(
        name="customer_2_account_insert",
        operation=pgtrigger.Insert,
        placed="bigint[]",
        func=f"""
    {planned_anew(MAKE_ACCOUNTS)}
    IF {IS_ROOT_STRATEGY} THEN
        SELECT array_agg(id) INTO placed FROM new_rows WHERE parent_id IS NOT NULL;
        IF placed IS NOT NULL THEN
            PERFORM {SHARE_FOREST};
            UPDATE customers_customer SET own_account_id = account_id
            WHERE id = ANY (placed) AND account_id IS NOT NULL AND own_account_id IS DISTINCT FROM account_id;
            PERFORM customers_share_accounts(placed);
        END IF;
    END IF;
    RETURN NULL;
    """,
    ),
    # freed: came out of a tree; joined: stood at the top and came into one.
    after_statement(
        name="customer_2_account_update",
        operation=pgtrigger.Update,
        changed="bigint[]",
        freed="bigint[]",
        joined="bigint[]",
        func=f"""
    IF NOT {IS_ROOT_STRATEGY} THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(id) INTO changed FROM (
        SELECT id, parent_id, account_id FROM new_rows EXCEPT SELECT id, parent_id, account_id FROM old_rows
    ) rows;
    IF changed IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM {LOCK_FOREST};
    SELECT array_agg(id) INTO freed FROM (
        SELECT id, account_id FROM new_rows WHERE parent_id IS NULL
        INTERSECT SELECT id, account_id FROM old_rows WHERE parent_id IS NOT NULL
    ) rows;
    SELECT array_agg(id) INTO joined FROM (
        SELECT id FROM new_rows WHERE parent_id IS NOT NULL
        INTERSECT SELECT id FROM old_rows WHERE parent_id IS NULL
    ) rows;
    IF joined IS NOT NULL THEN
        UPDATE customers_customer SET own_account_id = account_id
        WHERE id = ANY (joined) AND account_id IS NOT NULL AND own_account_id IS DISTINCT FROM account_id;
    END IF;
    IF freed IS NOT NULL THEN
        PERFORM customers_own_accounts(freed);
    END IF;
    PERFORM customers_share_accounts(changed);
    RETURN NULL;
    """,
    ),
]
