"""Whose departments take a person, and whose people a department takes: those of its customer and the subsidiaries."""

from __future__ import annotations

from customers.models import Customer
from foundation.transfers.columns import Scope

GENERAL = 1_000_000  # deeper than any tree: departments of nobody come last; the number stands in TAKING, too

TAKING = """
    WITH RECURSIVE wanted(id) AS ({wanted}), up(of, holder, rank) AS (
        SELECT id, id, 0 FROM wanted WHERE id <> 0
        UNION ALL
        SELECT up.of, c.parent_id, up.rank + 1 FROM up JOIN customers_customer c ON c.id = up.holder
        WHERE c.parent_id IS NOT NULL
    )
    SELECT of, holder, rank FROM up UNION ALL SELECT id, 0, 1000000 FROM wanted
"""
TAKEN = """
    WITH RECURSIVE wanted(id) AS ({wanted}), down(of, holder, rank) AS (
        SELECT id, id, 0 FROM wanted WHERE id <> 0
        UNION ALL
        SELECT down.of, c.id, down.rank + 1 FROM down JOIN customers_customer c ON c.parent_id = down.holder
    )
    SELECT of, holder, rank FROM down
    UNION ALL SELECT 0, c.id, 0 FROM customers_customer c WHERE EXISTS (SELECT 1 FROM wanted WHERE id = 0)
"""


def _steps(lower: int, upper: int) -> int | None:
    """How many parents one customer hangs below another; None if it does not."""
    steps, at = 0, lower
    while at is not None and at != upper:
        at = Customer.objects.values_list("parent_id", flat=True).get(pk=at)
        steps += 1
    return None if at is None else steps


def rank_of_department(of: int, holder: int) -> int | None:
    """How near a department of `holder` is to a person of `of`."""
    if not holder:
        return GENERAL
    return _steps(of, holder) if of else None


def rank_of_person(of: int, holder: int) -> int | None:
    """How near a person of `holder` is to a department of `of`."""
    return _steps(holder, of) if of else 0


DEPARTMENTS_OF_PERSON = Scope("customer", "customer", TAKING, rank_of_department)
PEOPLE_OF_DEPARTMENT = Scope("customer", "customer", TAKEN, rank_of_person)
