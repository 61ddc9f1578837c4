"""A code names one customer: as its own, or as a former one of a record that was merged into it.

The codes of customers and the former ones are two unique indexes; that no code is in both is held by triggers. Writers
of customers share a lock that writers of former codes hold alone, so neither slips past the other's check.
"""

from __future__ import annotations

import pgtrigger

from customers.refusals import refuse
from customers.triggers import after_statement, planned_anew

LOCK_CODES = "pg_advisory_xact_lock(hashtext('customers.codes'))"
SHARE_CODES = "pg_advisory_xact_lock_shared(hashtext('customers.codes'))"

FIND_FORMER = """
    SELECT a.code, c.name FROM customers_customeralias a JOIN customers_customer c ON c.id = a.customer_id
    WHERE lower(a.code) IN (SELECT lower(code) FROM new_rows WHERE code <> '') LIMIT 1
"""
FIND_OWN = """
    SELECT n.code, c.name FROM new_rows n
    JOIN customers_customer c ON lower(c.code) = lower(n.code) AND c.code <> '' LIMIT 1
"""

# Former codes are few: while there are none, a statement pays for one look at an empty table.
REFUSE_FORMER = f"""
    PERFORM {SHARE_CODES};
    IF EXISTS (SELECT 1 FROM customers_customeralias) THEN
        {planned_anew(FIND_FORMER, into="culprit")}
        IF culprit.code IS NOT NULL THEN
            {refuse("customer_code_is_no_former_one", code="culprit.code", name="culprit.name")}
        END IF;
    END IF;
    RETURN NULL;
"""
REFUSE_OWN = f"""
    PERFORM {LOCK_CODES};
    {planned_anew(FIND_OWN, into="culprit")}
    IF culprit.code IS NOT NULL THEN
        {refuse("alias_code_is_no_customers", code="culprit.code", name="culprit.name")}
    END IF;
    RETURN NULL;
"""

CODE_TRIGGERS = [
    after_statement(name=f"customer_3_code_{word}", operation=operation, culprit="record", func=REFUSE_FORMER)
    for word, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
]
ALIAS_TRIGGERS = [
    after_statement(name=f"alias_code_{word}", operation=operation, culprit="record", func=REFUSE_OWN)
    for word, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
]
