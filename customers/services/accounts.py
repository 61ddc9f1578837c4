"""The account strategy: an account for each customer, or one for a company with all its subsidiaries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q

from customers.models import Customer, CustomerSettings

Strategy = CustomerSettings.AccountStrategy


@dataclass(frozen=True)
class StrategyPreview:
    """How many customers a change of strategy would give another account, and for how many one would be made."""

    changed: int
    made: int


def account_strategy_preview(*, strategy: Strategy) -> StrategyPreview:
    """Count what `account_strategy_change` would do."""
    if strategy == CustomerSettings.load().account_strategy:
        return StrategyPreview(0, 0)
    if strategy == Strategy.ROOT:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_DIFFERENT)
            return StrategyPreview(cursor.fetchone()[0], 0)
    subsidiaries = Customer.objects.exclude(parent=None)
    made = subsidiaries.filter(own_account=None).count()
    other = subsidiaries.exclude(own_account=None).filter(~Q(account=F("own_account")) | Q(account=None)).count()
    return StrategyPreview(made + other, made)


@transaction.atomic
def account_strategy_change(*, strategy: Strategy) -> CustomerSettings:
    """Switch the strategy and give every subsidiary the account it has under it; the way back restores the former ones.

    Nobody writes customers meanwhile, so none is left under the old strategy.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE customers_customer IN SHARE ROW EXCLUSIVE MODE")
        settings = CustomerSettings.load()
        if settings.account_strategy == strategy:
            return settings
        if strategy == Strategy.ROOT:
            cursor.execute(REMEMBER)
        settings.account_strategy = strategy
        settings.save()
        cursor.execute(SHARE if strategy == Strategy.ROOT else OWN)
    return settings


REMEMBER = """
    UPDATE customers_customer SET own_account_id = account_id
    WHERE parent_id IS NOT NULL AND account_id IS NOT NULL AND own_account_id IS DISTINCT FROM account_id
"""
SHARE = """
    SELECT customers_share_accounts(array_agg(id)) FROM customers_customer p
    WHERE parent_id IS NULL AND EXISTS (SELECT 1 FROM customers_customer c WHERE c.parent_id = p.id)
"""
OWN = "SELECT customers_own_accounts(array_agg(id)) FROM customers_customer WHERE parent_id IS NOT NULL"
COUNT_DIFFERENT = """
    WITH RECURSIVE down(id, account_id, root_account_id) AS (
        SELECT id, account_id, account_id FROM customers_customer WHERE parent_id IS NULL
        UNION ALL
        SELECT c.id, c.account_id, down.root_account_id FROM down JOIN customers_customer c ON c.parent_id = down.id
    )
    SELECT count(*) FROM down WHERE account_id IS DISTINCT FROM root_account_id
"""
